# Shared by the scripts: how they speak and how they give up. Sourced, not run.

say() { printf 'agentd: %s\n' "$1"; }

# die CAUSE [MEND]: why it cannot go on, and what to do about it.
die() {
	printf 'agentd: %s\n' "$1" >&2
	[ $# -lt 2 ] || printf 'agentd: to mend it: %s\n' "$2" >&2
	exit 1
}
