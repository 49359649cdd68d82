/* http/guard.c: networks as tables, and the operator's rules.
 *
 * Every address is brought into one form first: IPv4 into IPv6's mapped form, and what NAT64 wraps
 * is unwrapped, since a translator connects to the IPv4 address inside. IPv6 is closed but for the
 * part that is handed out to the public internet, so that ranges yet to be invented start closed.
 */
#include "http/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>

enum { HOST_MAX = 253, PORT_MAX = 65535, V4_BITS = 32, V6_BITS = 128, V4_AT = 12, MAPPED_BITS = V6_BITS - V4_BITS };

#define V4(a, b, c, d) { [10] = 0xff, 0xff, a, b, c, d }

static const struct ip_net MAPPED = { V4(0, 0, 0, 0), MAPPED_BITS };
static const struct ip_net NAT64 = { { 0x00, 0x64, 0xff, 0x9b }, MAPPED_BITS };
static const struct ip_net GLOBAL_UNICAST = { { 0x20 }, 3 };

/* IANA's special-purpose registries, as far as they are not outside GLOBAL_UNICAST anyway: that
 * already closes ::1, IPv4-compatible, unique-local fc00::/7 (with the metadata services of AWS and
 * Google), link-local fe80::/10, multicast, and 64:ff9b:1::/48. */
static const struct ip_net CLOSED[] = {
	{ V4(0, 0, 0, 0), MAPPED_BITS + 8 },            /* "this network"; Linux takes 0.0.0.0 for loopback */
	{ V4(10, 0, 0, 0), MAPPED_BITS + 8 },           /* private */
	{ V4(100, 64, 0, 0), MAPPED_BITS + 10 },        /* carrier-grade NAT; Alibaba's metadata service */
	{ V4(127, 0, 0, 0), MAPPED_BITS + 8 },          /* loopback */
	{ V4(168, 63, 129, 16), MAPPED_BITS + 32 },     /* Azure's platform service, a public address inside */
	{ V4(169, 254, 0, 0), MAPPED_BITS + 16 },       /* link-local; metadata services of most clouds */
	{ V4(172, 16, 0, 0), MAPPED_BITS + 12 },        /* private */
	{ V4(192, 0, 0, 0), MAPPED_BITS + 24 },         /* protocol assignments; Oracle's metadata service */
	{ V4(192, 0, 2, 0), MAPPED_BITS + 24 },         /* documentation */
	{ V4(192, 88, 99, 0), MAPPED_BITS + 24 },       /* 6to4 relays */
	{ V4(192, 168, 0, 0), MAPPED_BITS + 16 },       /* private */
	{ V4(198, 18, 0, 0), MAPPED_BITS + 15 },        /* benchmarking */
	{ V4(198, 51, 100, 0), MAPPED_BITS + 24 },      /* documentation */
	{ V4(203, 0, 113, 0), MAPPED_BITS + 24 },       /* documentation */
	{ V4(224, 0, 0, 0), MAPPED_BITS + 4 },          /* multicast */
	{ V4(240, 0, 0, 0), MAPPED_BITS + 4 },          /* reserved, broadcast */
	{ { 0x20, 0x01 }, 23 },                         /* protocol assignments: Teredo, ORCHID, benchmarking */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },             /* documentation */
	{ { 0x20, 0x02 }, 16 },                         /* 6to4, which wraps any IPv4 address */
	{ { 0x3f, 0xff }, 20 },                         /* documentation */
};

/* -- addresses ---------------------------------------------------------------------------------- */

static bool net_has(const struct ip_net *net, const unsigned char ip[static IP_BYTES])
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	if (memcmp(net->ip, ip, whole) != 0)
		return false;
	return rest == 0 || (net->ip[whole] ^ ip[whole]) >> (8 - rest) == 0;
}

static void put_v4(unsigned char ip[static IP_BYTES], const void *v4)
{
	memcpy(ip, MAPPED.ip, V4_AT);
	memcpy(ip + V4_AT, v4, IP_BYTES - V4_AT);
}

/* An address in the one form, and its port. False: of no family we know. */
static bool read_sockaddr(const struct sockaddr *from, unsigned char ip[static IP_BYTES], unsigned *port)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;

	switch (from->sa_family) {
	case AF_INET:
		put_v4(ip, &v4->sin_addr);
		*port = ntohs(v4->sin_port);
		return true;
	case AF_INET6:
		memcpy(ip, &v6->sin6_addr, IP_BYTES);
		*port = ntohs(v6->sin6_port);
		if (net_has(&NAT64, ip))
			put_v4(ip, ip + V4_AT);
		return true;
	default:
		return false;
	}
}

static bool is_public(const unsigned char ip[static IP_BYTES])
{
	if (!net_has(&MAPPED, ip) && !net_has(&GLOBAL_UNICAST, ip))
		return false;
	for (size_t i = 0; i < COUNT_OF(CLOSED); i++)
		if (net_has(&CLOSED[i], ip))
			return false;
	return true;
}

/* "example.com." is example.com. */
static struct str without_root(struct str host)
{
	return str_ends(host, S(".")) ? (struct str){ host.p, host.n - 1 } : host;
}

static bool rule_opens(const struct guard_rule *r, struct str host, const unsigned char ip[static IP_BYTES],
		       unsigned port)
{
	if (r->port != 0 && r->port != port)
		return false;
	return r->host.p ? str_eq_nocase(r->host, without_root(host)) : net_has(&r->net, ip);
}

bool guard_permits(const struct guard *g, struct str host, const struct sockaddr *to)
{
	unsigned char ip[IP_BYTES];
	unsigned port;

	if (!read_sockaddr(to, ip, &port))
		return false;
	if (is_public(ip))
		return true;
	for (size_t i = 0; i < g->n; i++)
		if (rule_opens(&g->rules[i], host, ip, port))
			return true;
	return false;
}

/* -- the operator's rules: HOST, ADDRESS or ADDRESS/BITS, each with :PORT or without --------------- */

static bool is_label(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_letter(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return s.n > 0;
}

static bool is_all_digits(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n == s.n;
}

/* A name; nothing that would be read as a number, such as "0x7f.1" or "10.0.0.0.0": no URL arrives here
 * with such a host, so the rule would never apply. */
static bool is_name(struct arena *mem, struct str s)
{
	struct in_addr number;
	struct str rest = s, label;

	do {
		label = str_cut(&rest, '.');
		if (!is_label(label))
			return false;
	} while (rest.p);
	return s.n <= HOST_MAX && !is_all_digits(label) && !inet_aton(arena_strz(mem, s), &number);
}

static struct str lower_case(struct arena *mem, struct str s)
{
	char *to = arena_strz(mem, s);

	for (size_t i = 0; i < s.n; i++)
		to[i] = to_lower(to[i]);
	return (struct str){ to, s.n };
}

/* Whether s is an address of the family; it is then the network of all its bits. */
static bool read_ip(struct arena *mem, int family, struct str s, struct ip_net *out)
{
	unsigned char ip[IP_BYTES];

	if (str_index(s, '\0') >= 0 || inet_pton(family, arena_strz(mem, s), ip) != 1)
		return false;
	out->bits = V6_BITS;
	if (family == AF_INET)
		put_v4(out->ip, ip);
	else
		memcpy(out->ip, ip, IP_BYTES);
	return true;
}

/* A number of at most five digits, as ports and prefixes are. */
static bool read_number(struct str s, int64_t max, unsigned *out)
{
	int64_t n;

	if (s.n == 0 || s.n > 5 || !is_digit(s.p[0]) || !str_to_int(s, &n) || n > max)
		return false;
	*out = (unsigned)n;
	return true;
}

/* Takes what runs from the front of *rest to one of "/:" or the end; in brackets, to their end. */
static bool cut_place(struct str *rest, struct str *place, bool *bracketed)
{
	size_t n = 0;

	*bracketed = str_starts(*rest, S("["));
	if (*bracketed) {
		*rest = str_from(*rest, 1);
		*place = str_cut(rest, ']');
		return rest->p;
	}
	while (n < rest->n && rest->p[n] != '/' && rest->p[n] != ':')
		n++;
	*place = (struct str){ rest->p, n };
	*rest = str_from(*rest, n);
	return true;
}

/* "/16" at the front of *rest, of an address whose prefix may be so long. */
static bool cut_prefix(struct str *rest, unsigned max, struct ip_net *net)
{
	struct str number = str_from(*rest, 1);
	unsigned bits;
	size_t n = 0;

	if (!str_starts(*rest, S("/")))
		return true;
	while (n < number.n && number.p[n] != ':')
		n++;
	if (!read_number((struct str){ number.p, n }, max, &bits))
		return false;
	net->bits = V6_BITS - max + bits;
	*rest = str_from(number, n);
	return true;
}

static bool read_place(struct arena *mem, struct str place, bool bracketed, struct str *rest, struct guard_rule *out)
{
	if (bracketed)
		return read_ip(mem, AF_INET6, place, &out->net) && cut_prefix(rest, V6_BITS, &out->net);
	if (read_ip(mem, AF_INET, place, &out->net))
		return cut_prefix(rest, V4_BITS, &out->net);
	place = without_root(place);
	out->host = lower_case(mem, place);
	return is_name(mem, place);
}

static bool read_rule(struct arena *mem, struct str text, struct guard_rule *out)
{
	struct str rest = text, place;
	bool bracketed;

	*out = (struct guard_rule){ .port = 0 };
	if (!cut_place(&rest, &place, &bracketed) || !read_place(mem, place, bracketed, &rest, out))
		return false;
	if (rest.n == 0)
		return true;
	return rest.p[0] == ':' && read_number(str_from(rest, 1), PORT_MAX, &out->port) && out->port != 0;
}

enum err guard_parse(struct ctx *ctx, struct arena *mem, struct str allow, struct guard *out)
{
	struct guard_rule *rules = NULL;
	struct str rest = str_trim(allow);
	size_t n = 0, cap = 0;

	if (rest.n == 0)
		rest.p = NULL;
	while (rest.p) {
		struct str entry = str_trim(str_cut(&rest, ','));

		rules = arena_more(mem, rules, n, &cap, sizeof(*rules));
		if (!read_rule(mem, entry, &rules[n++]))
			return fail(ctx, ERR_INVALID, "'%.*s' is no HOST, ADDRESS or ADDRESS/BITS, "
				    "with or without :PORT (IPv6 in brackets)", STR(entry));
	}
	*out = (struct guard){ rules, n };
	return OK;
}
