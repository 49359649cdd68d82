/* mcp/host.c */
#include "mcp/host.h"

/* "[::1]:80" -> "[::1]"; "a:80" -> "a". */
static struct str without_port(struct str host)
{
	ptrdiff_t end = host.n > 0 && host.p[0] == '[' ? str_index(host, ']') : str_index(host, ':');

	if (end < 0)
		return host;
	return (struct str){ host.p, (size_t)end + (host.p[0] == '[') };
}

/* The host of "https://a.example.com:8443/x", without its port; absent: it has none ("null"). */
static struct str host_of(struct str url)
{
	ptrdiff_t at = str_find(url, S("://"));
	struct str rest;

	if (at < 0)
		return (struct str){ NULL, 0 };
	rest = str_from(url, (size_t)at + 3);
	return without_port(str_cut(&rest, '/'));
}

static bool is_ipv4(struct str name)
{
	size_t dots = 0;

	for (size_t i = 0; i < name.n; i++) {
		if (!is_digit(name.p[i]) && name.p[i] != '.')
			return false;
		dots += name.p[i] == '.';
	}
	return dots == 3;
}

static bool is_localhost(struct str name)
{
	return str_eq_nocase(name, S("localhost"));
}

/* Nobody's name server has a say in where it leads. */
static bool is_fixed(struct str name)
{
	return is_localhost(name) || is_ipv4(name) || str_starts(name, S("["));
}

static bool is_loopback(struct str name)
{
	return is_localhost(name) || str_eq(name, S("[::1]")) || (is_ipv4(name) && str_starts(name, S("127.")));
}

static bool listens_on_loopback(const struct mcp_names *names)
{
	return str_starts(names->listen, S("unix:")) || is_loopback(without_port(names->listen));
}

static bool is_listed(struct str list, struct str name)
{
	while (list.p)
		if (str_eq_nocase(str_trim(str_cut(&list, ',')), name))
			return true;
	return false;
}

static bool is_ours(const struct mcp_names *names, struct str name)
{
	return name.n > 0 && ((listens_on_loopback(names) && is_loopback(name)) ||
			      str_eq_nocase(host_of(names->public_url), name) || is_listed(names->hosts, name));
}

bool mcp_host_allowed(const struct mcp_names *names, struct str host)
{
	struct str name = without_port(host);

	return !host.p || is_ours(names, name) || (!listens_on_loopback(names) && is_fixed(name));
}

bool mcp_origin_allowed(const struct mcp_names *names, struct str origin, struct str host)
{
	struct str name = host_of(origin);

	if (!origin.p || is_listed(names->origins, S("*")) || is_listed(names->origins, origin) || is_ours(names, name))
		return true;
	/* A page that came from here: Host was allowed before. */
	return name.p && is_fixed(name) && str_eq_nocase(name, without_port(host));
}
