/* api/accept.c: weights in thousandths, as exact as the header can be. */
#include "api/accept.h"

enum { WEIGHT_ONE = 1000, NOT_NAMED = -1 };

/* "0.5" is 500; what is malformed counts as not wanted at all. */
static int weight_of(struct str text)
{
	int weight, unit = WEIGHT_ONE;

	if (text.n == 0 || text.n > 5 || !is_digit(text.p[0]) || (text.n > 1 && text.p[1] != '.'))
		return 0;
	weight = (text.p[0] - '0') * unit;
	for (size_t i = 2; i < text.n; i++) {
		if (!is_digit(text.p[i]))
			return 0;
		unit /= 10;
		weight += (text.p[i] - '0') * unit;
	}
	return weight > WEIGHT_ONE ? 0 : weight;
}

/* Of one range, "text/html;level=1;q=0.5", behind its name. */
static int weight_in(struct str params)
{
	while (params.p) {
		struct str one = str_trim(str_cut(&params, ';'));

		if (str_starts(one, S("q=")) || str_starts(one, S("Q=")))
			return weight_of(str_from(one, 2));
	}
	return WEIGHT_ONE;
}

/* The weight that the Accept headers give to a range by this very name, or NOT_NAMED. */
static int weight_named(const struct http_request *r, struct str range)
{
	for (size_t i = 0; i < r->n_headers; i++) {
		struct str rest = r->headers[i].value;

		if (!str_is(r->headers[i].name, "accept"))
			continue;
		while (rest.p) {
			struct str params = str_cut(&rest, ',');

			if (str_eq_nocase(str_trim(str_cut(&params, ';')), range))
				return weight_in(params);
		}
	}
	return NOT_NAMED;
}

/* What stands for all types of its kind: of "text/html", "text" and "/" and "*". */
static struct str group_of(struct str type, char *room, size_t bytes)
{
	size_t n = (size_t)str_index(type, '/') + 1;

	if (n + 1 > bytes)
		return type;
	memcpy(room, type.p, n);
	room[n] = '*';
	return (struct str){ room, n + 1 };
}

/* The most specific range counts. */
static int weight_for(const struct http_request *r, struct str type)
{
	char room[32];
	int weight = weight_named(r, type);

	if (weight == NOT_NAMED)
		weight = weight_named(r, group_of(type, room, sizeof(room)));
	if (weight == NOT_NAMED)
		weight = weight_named(r, S("*/*"));
	return weight == NOT_NAMED ? 0 : weight;
}

bool accept_prefers(const struct http_request *r, const char *type, const char *other)
{
	return weight_named(r, str_of(type)) > weight_for(r, str_of(other));
}
