/* api/credential.c: workspace contract 1.2, studio contract 1.2.
 *
 * "Bearer", in any case, and then white space; or, for workspace clients, the bare key. What
 * follows the scheme is the key as a whole, blanks inside included. Of several headers the first
 * counts when it bears a personal key, as it does for the reference's HTTP server; else none does.
 */
#include "api/credential.h"

#define PERSONAL_PREFIX S("tas_")
#define WORKSPACE_PREFIX S("sk_prod_")

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct credential read_value(struct str value)
{
	struct credential none = { { NULL, 0 }, false };
	size_t end = 0;

	if (value.n == 0)
		return none;
	while (end < value.n && !is_space(value.p[end]))
		end++;
	if (end == value.n)
		return (struct credential){ value, true };
	if (!str_eq_nocase((struct str){ value.p, end }, S("bearer")))
		return none;
	return (struct credential){ str_trim(str_from(value, end)), false };
}

struct credential credential_of(const struct http_request *r)
{
	size_t n;
	struct credential first = read_value(str_trim(http_header_get(r, "authorization", &n)));

	return n < 2 || credential_contract(first) == STUDIO_API ? first : read_value(S(""));
}

enum contract credential_contract(struct credential c)
{
	return str_starts(c.token, PERSONAL_PREFIX) ? STUDIO_API : WORKSPACE_API;
}

bool credential_has_kind(struct credential c)
{
	return str_starts(c.token, PERSONAL_PREFIX) || str_starts(c.token, WORKSPACE_PREFIX);
}
