/* Which names a server goes by, for each way that it listens. */
#include "unit.h"

#include "mcp/host.h"

static const struct mcp_names LOCAL = { .listen = S("127.0.0.1:8080") };
static const struct mcp_names SOCKET = {.listen = S("unix:/run/agentd"),
					.public_url = S("https://agents.example.com/")};
static const struct mcp_names OPEN = {
	.listen = S("0.0.0.0:80"),
	.public_url = S("https://Agents.example.com:8443"),
	.hosts = S("a.example, b.example"),
	.origins = S("https://pages.example"),
};

static void check_host(const struct mcp_names *names, const char *host, bool allowed)
{
	if (mcp_host_allowed(names, str_of(host)) != allowed)
		print_error("Host %s, listening on %.*s\n", host, STR(names->listen));
	assert_int_equal(mcp_host_allowed(names, str_of(host)), allowed);
}

static void a_server_on_loopback_is_called_by_names_of_loopback(void **state)
{
	(void)state;
	check_host(&LOCAL, "localhost", true);
	check_host(&LOCAL, "LocalHost:1234", true);
	check_host(&LOCAL, "127.0.0.1:8080", true);
	check_host(&LOCAL, "127.8.8.8", true);
	check_host(&LOCAL, "[::1]:8080", true);
	check_host(&LOCAL, NULL, true);
	check_host(&LOCAL, "evil.example.com", false);
	check_host(&LOCAL, "localhost.evil.example.com:8080", false);
	check_host(&LOCAL, "127.0.0.1.evil.example.com", false);
	check_host(&LOCAL, "127.evil.0.1", false);
	check_host(&LOCAL, "10.1.1.1", false);
	check_host(&LOCAL, "", false);
	check_host(&SOCKET, "localhost", true);
	check_host(&SOCKET, "agents.example.com", true);
	check_host(&SOCKET, "agents.example.com.evil.example", false);
}

static void a_server_on_the_network_is_called_by_its_names_or_an_address(void **state)
{
	(void)state;
	check_host(&OPEN, "agents.example.com", true);
	check_host(&OPEN, "AGENTS.example.com:8443", true);
	check_host(&OPEN, "b.example:80", true);
	check_host(&OPEN, "192.168.1.5:80", true);
	check_host(&OPEN, "[fd00::5]:80", true);
	check_host(&OPEN, "localhost:8080", true);
	check_host(&OPEN, "localhost.evil.example.com", false);
	check_host(&OPEN, "evil.example.com", false);
}

static void check_origin(const struct mcp_names *names, const char *origin, const char *host, bool allowed)
{
	if (mcp_origin_allowed(names, str_of(origin), str_of(host)) != allowed)
		print_error("Origin %s at %s, listening on %.*s\n", origin, host, STR(names->listen));
	assert_int_equal(mcp_origin_allowed(names, str_of(origin), str_of(host)), allowed);
}

static void a_page_may_call_from_where_the_server_is_known_or_listed(void **state)
{
	static const struct mcp_names ALL = { .listen = S("127.0.0.1:1"), .origins = S("*") };

	(void)state;
	check_origin(&LOCAL, NULL, "localhost", true);
	check_origin(&LOCAL, "http://localhost:6274", "127.0.0.1:8080", true);
	check_origin(&LOCAL, "http://[::1]:6274", "localhost", true);
	check_origin(&LOCAL, "http://evil.example.com", "localhost", false);
	check_origin(&LOCAL, "http://evil.example.com", "evil.example.com", false);
	check_origin(&LOCAL, "null", "localhost", false);
	check_origin(&LOCAL, "", "localhost", false);
	check_origin(&LOCAL, "http://localhost.evil.example", "localhost", false);
	check_origin(&OPEN, "https://agents.example.com", "agents.example.com", true);
	check_origin(&OPEN, "https://pages.example", "agents.example.com", true);
	check_origin(&OPEN, "https://other.example", "agents.example.com", false);
	check_origin(&OPEN, "http://192.168.1.5", "192.168.1.5", true);
	check_origin(&OPEN, "http://6.6.6.6", "192.168.1.5", false);
	check_origin(&OPEN, "http://localhost:3000", "localhost:8080", true);
	check_origin(&OPEN, "http://localhost:3000", "agents.example.com", false);
	check_origin(&ALL, "https://any.example", "localhost", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_on_loopback_is_called_by_names_of_loopback),
		cmocka_unit_test(a_server_on_the_network_is_called_by_its_names_or_an_address),
		cmocka_unit_test(a_page_may_call_from_where_the_server_is_known_or_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
