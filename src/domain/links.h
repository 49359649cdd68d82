/* domain/links.h: the links that an inbox item offers to whoever reads it (studio contract 2.13).
 *
 * Those its producer names come first, then what stands in its texts. A set holds each address once, the
 * first one with its label, and only http and https. Text takes time in proportion to its length, whatever
 * stands in it.
 */
#ifndef DOMAIN_LINKS_H
#define DOMAIN_LINKS_H

#include "base/str.h"

enum { LINKS_MAX = 50 };

/* Slices of the texts they were found in. */
struct link {
	struct str url, label;               /* label absent: none */
};

struct link_set {
	struct link items[LINKS_MAX];
	size_t n;
};

/* White space around both is dropped, and so is what cannot be in a set, or has no room. */
void links_add(struct link_set *set, struct str url, struct str label);
/* [label](url) of Markdown. */
void links_in_markdown(struct link_set *set, struct str text);
/* Addresses that stand in a text as they are. What ends a sentence does not belong to them. */
void links_in_text(struct link_set *set, struct str text);
/* The same in the text of a JSON value. */
void links_in_json(struct link_set *set, struct str json);

#endif
