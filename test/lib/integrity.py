"""What the API would not show of a store, and what may never be there: see the tables of src/store/schema.c."""

NEVER = {
    "a knowledge base that is not its contents": """
        SELECT b.id FROM knowledge_base b LEFT JOIN kb_content c ON c.knowledge_base_id = b.id
        GROUP BY b.id HAVING b.chunks <> coalesce(sum(c.chunks), 0) OR b.bytes <> coalesce(sum(c.bytes), 0)
            OR b.words <> coalesce(sum(c.words), 0) OR b.files <> coalesce(sum(c.source = 'file'), 0)
            OR b.pages <> coalesce(sum(c.source = 'website'), 0)""",
    # Contents without a base are on their way in or out.
    "a content that is not its chunks": """
        SELECT c.id FROM kb_content c LEFT JOIN kb_chunk k ON k.content_id = c.id WHERE c.knowledge_base_id IS NOT NULL
        GROUP BY c.id HAVING c.chunks <> count(k.id) OR c.chunks = 0 OR max(k.chunk_index) <> c.chunks - 1
            OR min(k.seq) <> c.first_seq OR max(k.seq) <> c.first_seq + c.chunks - 1""",
    "a content of another base than its chunks": """
        SELECT c.id FROM kb_content c JOIN kb_chunk k ON k.content_id = c.id
        WHERE k.knowledge_base_id <> c.knowledge_base_id""",
    "a content without its base": """
        SELECT id FROM kb_content WHERE knowledge_base_id NOT IN (SELECT id FROM knowledge_base)""",
    "a content of a revision yet to come": """
        SELECT c.id FROM kb_content c JOIN knowledge_base b ON b.id = c.knowledge_base_id
        WHERE c.arrived > b.revision OR c.staged_until IS NOT NULL""",
    "a chunk without its content": "SELECT id FROM kb_chunk WHERE content_id NOT IN (SELECT id FROM kb_content)",
    "a chunk without its vector": """
        SELECT id FROM kb_chunk WHERE seq NOT IN (
            SELECT chunk_seq FROM kb_vector JOIN embedder e ON e.id = embedder_id WHERE e.state = 'current')""",
    "a vector without its chunk": "SELECT id FROM kb_vector WHERE chunk_seq NOT IN (SELECT seq FROM kb_chunk)",
    "a content without its words": """
        SELECT id FROM kb_content WHERE knowledge_base_id IS NOT NULL
            AND (SELECT count(*) FROM kb_word w WHERE w.first_seq = kb_content.first_seq) < 2""",
    "a word without its content": """
        SELECT first_seq FROM kb_word
        WHERE first_seq NOT IN (SELECT first_seq FROM kb_content WHERE first_seq IS NOT NULL)""",
    "a word in another base than its content": """
        SELECT w.first_seq FROM kb_word w JOIN kb_content c ON c.first_seq = w.first_seq
        JOIN kb_lexicon l ON l.id = c.lexicon_id
        WHERE w.lexicon_id <> l.id OR c.knowledge_base_id <> l.knowledge_base_id""",
    "a lexicon that nobody needs": """
        SELECT id FROM kb_lexicon WHERE id NOT IN (SELECT lexicon_id FROM kb_content WHERE lexicon_id IS NOT NULL)
            AND knowledge_base_id NOT IN (SELECT id FROM knowledge_base)""",
    "numbers that were not taken": """
        SELECT max(seq) FROM kb_chunk HAVING max(seq) >= (SELECT next_seq FROM kb_chunk_number)""",
    "an agent that cannot be read": "SELECT id FROM agent WHERE NOT json_valid(spec)",
    "a step without its run": "SELECT run_id FROM run_step WHERE run_id NOT IN (SELECT id FROM run)",
    "steps that are not in order": """
        SELECT run_id FROM run_step GROUP BY run_id
        HAVING max(ordinal) - min(ordinal) + 1 <> count(*) OR min(ordinal) > 1""",
    "a run that is over and not ended": """
        SELECT id FROM run
        WHERE (status IN ('succeeded', 'failed', 'cancelled')) <> (completed_at IS NOT NULL)""",
    "a broken reference": "SELECT * FROM pragma_foreign_key_check",
    "a damaged file": "SELECT * FROM pragma_quick_check WHERE quick_check <> 'ok'",
}


def faults_of(server):
    """A line for each of these that is there."""
    found = {what: server.sql(statement) for what, statement in NEVER.items()}
    return [f"the store has {what}: {rows[:3]}" for what, rows in found.items() if rows]
