/* http/guard: which addresses are public, and what the operator's rules open. */
#include "../unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "http/guard.h"

/* Says which case it was. */
#define CHECK(condition, ...)                                                              \
	do {                                                                               \
		bool holds_ = (condition);                                                 \
		if (!holds_)                                                               \
			print_error(__VA_ARGS__);                                          \
		assert_true(holds_);                                                       \
	} while (0)

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static union socket_address address(const char *ip, uint16_t port)
{
	union socket_address a = { .v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) } };

	if (inet_pton(AF_INET6, ip, &a.v6.sin6_addr) == 1)
		return a;
	a = (union socket_address){ .v4 = { .sin_family = AF_INET, .sin_port = htons(port) } };
	assert_int_equal(inet_pton(AF_INET, ip, &a.v4.sin_addr), 1);
	return a;
}

static bool permits(const char *allow, const char *host, const char *ip, uint16_t port)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	union socket_address to = address(ip, port);
	struct guard guard;

	assert_int_equal(guard_parse(&ctx, &mem, str_of(allow), &guard), OK);
	return guard_permits(&guard, str_of(host), &to.any);
}

static void public_addresses_are_permitted_on_any_port(void **state)
{
	static const char *const PUBLIC[] = {
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255",
		"100.128.0.0", "126.255.255.255", "128.0.0.0", "168.63.129.15", "169.253.255.255",
		"169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
		"198.17.255.255", "198.20.0.0", "223.255.255.255", "2000::1", "2001:200::1",
		"2001:4860:4860::8888", "2001:db7:ffff::1", "2003::1", "2606:4700:4700::1111", "3ffe::1",
		"::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
	};

	for (size_t i = 0; i < COUNT_OF(PUBLIC); i++)
		CHECK(permits(NULL, "example.com", PUBLIC[i], i % 2 ? 443 : 8081), "%s is refused\n", PUBLIC[i]);
}

static void addresses_that_are_not_public_are_refused(void **state)
{
	static const char *const CLOSED[] = {
		"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200",
		"100.127.255.255", "127.0.0.0", "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.0",
		"169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0",
		"192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0",
		"198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1",
		"255.255.255.255", "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1",
		"::ffff:10.0.0.1", "::ffff:169.254.169.254", "::fffe:8.8.8.8", "64:ff9b::127.0.0.1",
		"64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "100::1", "1fff::1", "2001::1",
		"2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:1ff::1", "2001:db8::1",
		"2002:7f00:1::1", "2002:808:808::1", "3fff::1", "3fff:fff::1", "4000::1", "5f00::1", "fc00::1",
		"fd00:ec2::254", "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1",
	};

	for (size_t i = 0; i < COUNT_OF(CLOSED); i++)
		CHECK(!permits("", "example.com", CLOSED[i], 443), "%s is permitted\n", CLOSED[i]);
}

static void sockets_of_other_kinds_are_refused(void **state)
{
	const struct sockaddr local = { .sa_family = AF_UNIX };
	const struct guard_rule everything = { .net = { .bits = 0 } };

	assert_false(guard_permits(&(struct guard){ &everything, 1 }, S("localhost"), &local));
}

static void a_rule_opens_what_it_names_and_nothing_besides(void **state)
{
	static const struct {
		const char *allow, *host, *ip;
		uint16_t port;
		bool permitted;
	} CASES[] = {
		{ "10.2.0.0/16", "x", "10.2.3.4", 80, true },
		{ "10.2.0.0/16", "x", "10.3.0.0", 80, false },
		{ "10.2.0.0/16", "x", "::ffff:10.2.3.4", 80, true },
		{ "10.2.0.0/16", "x", "64:ff9b::10.2.3.4", 80, true },
		{ "10.2.3.4/16", "x", "10.2.200.1", 80, true },
		{ "10.2.0.0/15", "x", "10.3.255.255", 80, true },
		{ "10.2.0.0/15", "x", "10.4.0.0", 80, false },
		{ "0.0.0.0/0", "x", "127.0.0.1", 80, true },
		{ "0.0.0.0/0", "x", "::1", 80, false },
		{ "10.0.0.1", "x", "10.0.0.1", 80, true },
		{ "10.0.0.1", "x", "10.0.0.2", 80, false },
		{ "10.0.0.1:8080", "x", "10.0.0.1", 8080, true },
		{ "10.0.0.1:8080", "x", "10.0.0.1", 8081, false },
		{ "10.0.0.0/8:443", "x", "10.9.9.9", 443, true },
		{ "10.0.0.0/8:443", "x", "10.9.9.9", 80, false },
		{ "[fd00::]/8", "x", "fd12::1", 80, true },
		{ "[fd00::]/8", "x", "fc12::1", 80, false },
		{ "[::1]", "x", "::1", 80, true },
		{ "[::1]:8080", "x", "::1", 8080, true },
		{ "[::1]:8080", "x", "::1", 80, false },
		{ "[::]/0", "x", "10.0.0.1", 80, true },
		{ "wiki.example.com", "wiki.example.com", "10.0.0.1", 80, true },
		{ "Wiki.Example.com.", "wIKI.example.COM", "10.0.0.1", 80, true },
		{ "wiki.example.com", "wiki.example.com.", "10.0.0.1", 80, true },
		{ "wiki.example.com", "a.wiki.example.com", "10.0.0.1", 80, false },
		{ "wiki.example.com", "wiki.example.co", "10.0.0.1", 80, false },
		{ "localhost:8080", "localhost", "127.0.0.1", 8080, true },
		{ "localhost:8080", "localhost", "127.0.0.1", 80, false },
		{ "localhost:8080", "127.0.0.1", "127.0.0.1", 8080, false },
		{ " a.example , 10.0.0.0/8 ,localhost", "localhost", "::1", 80, true },
		{ " a.example , 10.0.0.0/8 ,localhost", "x", "10.0.0.9", 80, true },
		{ "a.example", "x", "8.8.8.8", 80, true },
	};

	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		CHECK(permits(CASES[i].allow, CASES[i].host, CASES[i].ip, CASES[i].port) == CASES[i].permitted,
		      "'%s' and %s at %s\n", CASES[i].allow, CASES[i].host, CASES[i].ip);
}

static void a_malformed_rule_is_an_error_that_shows_it(void **state)
{
	static const char *const CASES[] = {
		"a b", "a,,b", ",", "a,", "http://a", "a/8", "a:0", "a:65536", "a:-1", "a:+1", "a:", "a:1:2",
		"::1", "fd00::/8", "[::1", "[::1]x", "[::1]:", "[10.0.0.1]", "[]", "10.0.0.0/33", "10.0.0.0/",
		"10.0.0.0/a", "10.0.0.0/8/8", "10.0.0.0/8:", "[fd00::]/129", "10.0.0", "10.0.0.0.0", "0x7f.1",
		"2130706433", "*.example.com", "[fe80::1%eth0]", "user@host", "\xc3\xbc.example", ".", ".a",
		"a..b", "a..",
	};
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct guard guard;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		CHECK(guard_parse(&ctx, &mem, str_of(CASES[i]), &guard) == ERR_INVALID, "'%s' is taken\n", CASES[i]);
		assert_true(str_ends(str_of(ctx.why), S("(IPv6 in brackets)")));
	}
	assert_int_equal(guard_parse(&ctx, &mem, S("a.example\0b"), &guard), ERR_INVALID);
	assert_int_equal(guard_parse(&ctx, &mem, S("localhost, 10.0.0.1/99, b"), &guard), ERR_INVALID);
	assert_string_equal(ctx.why, "'10.0.0.1/99' is no HOST, ADDRESS or ADDRESS/BITS, with or without :PORT "
			    "(IPv6 in brackets)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_addresses_are_permitted_on_any_port),
		cmocka_unit_test(addresses_that_are_not_public_are_refused),
		cmocka_unit_test(sockets_of_other_kinds_are_refused),
		cmocka_unit_test(a_rule_opens_what_it_names_and_nothing_besides),
		cmocka_unit_test(a_malformed_rule_is_an_error_that_shows_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
