/* http/listen.c: an address in words, made into a listening socket. */
#include "http/internal.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ctx.h"

enum { BACKLOG = 511 };

/* -- TCP ---------------------------------------------------------------------------------- */

static bool parse_port(struct str text, int *port)
{
	int64_t number;

	if (text.n > 5 || !str_to_int(text, &number) || number < 0 || number > 65535)
		return false;
	*port = (int)number;
	return true;
}

/* "host:port" or "[v6]:port"; the host is a number or "localhost". */
static bool parse_address(struct str text, struct sockaddr_storage *out)
{
	struct str host, rest = text;
	bool v6 = str_starts(text, S("["));
	char name[INET6_ADDRSTRLEN];
	int port;

	if (v6)
		rest = str_from(text, 1);
	host = str_cut(&rest, v6 ? ']' : ':');
	if (v6 && !str_starts(rest, S(":")))
		return false;
	if (v6)
		rest = str_from(rest, 1);
	if (str_is(host, "localhost"))
		host = S("127.0.0.1");
	if (host.n >= sizeof(name) || !rest.p || !parse_port(rest, &port))
		return false;
	snprintf(name, sizeof(name), "%.*s", STR(host));
	return v6 ? uv_ip6_addr(name, port, (struct sockaddr_in6 *)out) == 0
		  : uv_ip4_addr(name, port, (struct sockaddr_in *)out) == 0;
}

static void describe_tcp(struct http_server *s)
{
	struct sockaddr_storage bound = { 0 };
	struct sockaddr *generic = (struct sockaddr *)&bound;
	bool v6;
	char name[INET6_ADDRSTRLEN];
	int n = sizeof(bound), port;

	uv_tcp_getsockname(&s->listener.tcp, generic, &n);
	uv_ip_name(generic, name, sizeof(name));
	v6 = bound.ss_family == AF_INET6;
	port = ntohs(v6 ? ((struct sockaddr_in6 *)generic)->sin6_port : ((struct sockaddr_in *)generic)->sin_port);
	snprintf(s->address, sizeof(s->address), v6 ? "[%s]:%d" : "%s:%d", name, port);
}

static enum err open_tcp(struct ctx *ctx, struct http_server *s, uv_connection_cb on_connection)
{
	const char *listen = s->options.listen;
	struct sockaddr_storage address = { 0 };
	int e;

	if (!parse_address(str_of(listen), &address))
		return fail(ctx, ERR_INVALID, "cannot listen on '%s': neither host:port, [v6]:port nor unix:/path",
			    listen);
	uv_tcp_init(&s->loop, &s->listener.tcp);
	s->listening = true;
	e = uv_tcp_bind(&s->listener.tcp, (struct sockaddr *)&address, 0);
	/* Accepted sockets inherit it. An answer is one write, so Nagle has nothing to gather. */
	if (e == 0)
		e = uv_tcp_nodelay(&s->listener.tcp, 1);
	if (e == 0)
		e = uv_listen(&s->listener.stream, BACKLOG, on_connection);
	if (e != 0)
		return fail(ctx, e == UV_EADDRINUSE ? ERR_CONFLICT : ERR_INVALID, "cannot listen on '%s': %s", listen,
			    uv_strerror(e));
	describe_tcp(s);
	return OK;
}

/* -- unix sockets -------------------------------------------------------------------------- */

/* True when a server answers at the path. */
static bool is_answered(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answered = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;

	if (fd >= 0)
		close(fd);
	return answered;
}

/* Makes room for our socket, but only where a dead server left its own. */
static enum err clear_path(struct ctx *ctx, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;

	if (!*path || strlen(path) >= sizeof(address.sun_path))
		return fail(ctx, ERR_INVALID, "cannot listen on 'unix:%s': a path has 1 to %zu bytes", path,
			    sizeof(address.sun_path) - 1);
	strcpy(address.sun_path, path);
	if (lstat(path, &st) != 0)
		return OK;
	if (!S_ISSOCK(st.st_mode))
		return fail(ctx, ERR_CONFLICT, "cannot listen on '%s': it exists and is not a socket", path);
	if (is_answered(&address))
		return fail(ctx, ERR_CONFLICT, "cannot listen on '%s': another server does", path);
	unlink(path);
	return OK;
}

static enum err open_unix(struct ctx *ctx, struct http_server *s, const char *path, uv_connection_cb on_connection)
{
	mode_t before;
	int e;

	TRY(clear_path(ctx, path));
	uv_pipe_init(&s->loop, &s->listener.pipe, 0);
	s->listening = true;
	/* Private from its first moment; closing the handle removes the file. */
	before = umask(0177);
	e = uv_pipe_bind(&s->listener.pipe, path);
	umask(before);
	if (e == 0)
		e = uv_listen(&s->listener.stream, BACKLOG, on_connection);
	if (e != 0)
		return fail(ctx, ERR_INVALID, "cannot listen on '%s': %s", path, uv_strerror(e));
	snprintf(s->address, sizeof(s->address), "unix:%s", path);
	return OK;
}

enum err listener_open(struct ctx *ctx, struct http_server *s, uv_connection_cb on_connection)
{
	struct str listen = str_of(s->options.listen);

	s->is_unix = str_starts(listen, S("unix:"));
	if (s->is_unix)
		return open_unix(ctx, s, listen.p + strlen("unix:"), on_connection);
	return open_tcp(ctx, s, on_connection);
}
