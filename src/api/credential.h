/* api/credential.h: the key in an Authorization header. */
#ifndef API_CREDENTIAL_H
#define API_CREDENTIAL_H

#include "api/manner.h"

/* What the header holds, without its scheme. bare: there was no scheme. token.p NULL: no header,
 * another scheme, or more than one header and no personal key in the first. */
struct credential {
	struct str token;
	bool bare;
};

struct credential credential_of(const struct http_request *r);

/* Whose client presents it: a personal key (tas_) speaks the studio API, all else the workspace API. */
enum contract credential_contract(struct credential c);
/* Whether it begins like a key of either kind. */
bool credential_has_kind(struct credential c);

#endif
