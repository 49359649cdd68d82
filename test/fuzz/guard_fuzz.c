/* Any text as an operator's allow-list, and any sixteen bytes as an address that it is asked about. */
#include <netinet/in.h>
#include <stdlib.h>

#include "http/guard.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

static struct sockaddr_in6 v6_of(const unsigned char ip[static IP_BYTES], unsigned port)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };

	memcpy(&to.sin6_addr, ip, IP_BYTES);
	return to;
}

static bool permits(const struct guard *g, struct str host, const unsigned char ip[static IP_BYTES], unsigned port)
{
	struct sockaddr_in6 to = v6_of(ip, port);

	return guard_permits(g, host, (const struct sockaddr *)&to);
}

/* What nobody may reach unasked, told once more and otherwise. */
static bool is_private(const unsigned char v4[static 4])
{
	return v4[0] == 10 || v4[0] == 127 || v4[0] == 0 || v4[0] >= 224 || (v4[0] == 192 && v4[1] == 168) ||
	       (v4[0] == 172 && v4[1] / 16 == 1) || (v4[0] == 169 && v4[1] == 254);
}

/* An IPv4 address is judged the same whatever it is wrapped in. */
static void check_wrappings(const struct guard *g, const unsigned char v4[static 4])
{
	struct sockaddr_in plain = { .sin_family = AF_INET, .sin_port = htons(80) };
	unsigned char mapped[IP_BYTES] = { [10] = 0xff, 0xff }, nat64[IP_BYTES] = { 0x00, 0x64, 0xff, 0x9b };
	bool permitted;

	memcpy(&plain.sin_addr, v4, 4);
	memcpy(mapped + 12, v4, 4);
	memcpy(nat64 + 12, v4, 4);
	permitted = guard_permits(g, S("host"), (const struct sockaddr *)&plain);
	REQUIRE(permits(g, S("host"), mapped, 80) == permitted);
	REQUIRE(permits(g, S("host"), nat64, 80) == permitted);
	REQUIRE(g->n > 0 || !permitted || !is_private(v4));
}

static void check_rule(const struct guard *g, const struct guard_rule *r)
{
	static const unsigned char LOOPBACK[IP_BYTES] = { [15] = 1 };
	static const unsigned char NAT64[] = { 0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0 };
	unsigned port = r->port ? r->port : 80;

	REQUIRE(r->port <= 65535 && r->net.bits <= 8 * IP_BYTES);
	if (r->host.p)
		REQUIRE(r->host.n > 0 && permits(g, r->host, LOOPBACK, port));
	else if (memcmp(r->net.ip, NAT64, sizeof(NAT64)) != 0)
		REQUIRE(permits(g, S("host"), r->net.ip, port));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem };
	struct guard guard, none = { NULL, 0 };

	arena_init(&mem, 4096);
	if (n >= 4)
		check_wrappings(&none, data);
	if (guard_parse(&ctx, &mem, (struct str){ (const char *)data, n }, &guard) == OK) {
		for (size_t i = 0; i < guard.n; i++)
			check_rule(&guard, &guard.rules[i]);
		if (n >= 4)
			check_wrappings(&guard, data);
	}
	arena_fini(&mem);
	return 0;
}
