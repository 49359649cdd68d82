/* test/model/labelled.h: the paragraphs and questions of test/data/paragraphs.txt. */
#ifndef TEST_MODEL_LABELLED_H
#define TEST_MODEL_LABELLED_H

#include "../unit.h"

enum { MOST_PARAGRAPHS = 64, MOST_QUESTIONS = 256, NONE = -1 };

/* The constants were chosen with one half of the text; the other is there to check them. */
enum half { TUNE, CHECK, BOTH };

struct labelled {
	struct paragraph {
		struct str text;
		enum half half;
	} paragraphs[MOST_PARAGRAPHS];
	struct question {
		struct str text, phrase;     /* phrase: what an answer must hold */
		int paragraph;               /* that answers it, or NONE */
		enum half half;
	} questions[MOST_QUESTIONS];
	int n_paragraphs, n_questions;
};

static inline bool labelled_in(enum half wanted, enum half half)
{
	return wanted == BOTH || wanted == half;
}

/* Tests run in the project's folder, or in one of build/. */
static inline struct str labelled_file(struct arena *mem)
{
	FILE *file = fopen("test/data/paragraphs.txt", "re");
	char *text = arena_alloc(mem, 1 << 20);
	size_t n;

	if (!file)
		file = fopen("../../test/data/paragraphs.txt", "re");
	assert_non_null(file);
	n = fread(text, 1, 1 << 20, file);
	fclose(file);
	return (struct str){ text, n };
}

/* "@ NAME HALF": where what follows belongs. */
static inline enum half labelled_half(struct str line)
{
	assert_true(str_ends(line, S(" tune")) || str_ends(line, S(" check")));
	return str_ends(line, S(" tune")) ? TUNE : CHECK;
}

static inline void labelled_question(struct labelled *l, struct str line, int paragraph, enum half half)
{
	ptrdiff_t bar = str_find(line, S(" | "));
	struct question *q = &l->questions[l->n_questions++];

	assert_true(l->n_questions <= MOST_QUESTIONS && (bar > 0) == (paragraph != NONE));
	*q = (struct question){ .text = line, .paragraph = paragraph, .half = half };
	if (bar < 0)
		return;
	q->text.n = (size_t)bar;
	q->phrase = str_from(line, (size_t)bar + 3);
	assert_true(str_find(l->paragraphs[paragraph].text, q->phrase) >= 0);
}

static inline struct labelled *labelled_read(struct arena *mem)
{
	struct labelled *l = NEW(mem, struct labelled);
	struct str rest = labelled_file(mem);
	enum half half = TUNE;
	int here = NONE;

	while (rest.p) {
		struct str line = str_cut(&rest, '\n');

		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (str_starts(line, S("@ "))) {
			half = labelled_half(line);
			here = str_starts(line, S("@ none ")) ? NONE : l->n_paragraphs++;
			assert_true(l->n_paragraphs <= MOST_PARAGRAPHS);
		} else if (str_starts(line, S("? "))) {
			labelled_question(l, str_from(line, 2), here, half);
		} else {
			l->paragraphs[here] = (struct paragraph){ line, half };
		}
	}
	return l;
}

#endif
