/* bench/streams.c: how long a delta takes from the provider to whoever watches the run.
 *
 * Opens the event stream of each run and follows all of them to their ends, on one thread that does nothing else.
 * Each delta says when the provider sent it ("@MOMENT ", bench/provider.c) on the clock that is read here too.
 * Says "open" once every stream has begun, and in the end "deltas N, p50 us N, p99 us N".
 *
 *     BENCH_KEY=KEY bench-streams PORT RUN...
 */
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

enum { STREAMS_MAX = 1000, LINE_BYTES_MAX = 64 << 10 };

struct stream {
	struct buf line;                     /* as far as it has come */
	bool begun, is_delta;                /* the answer has; the event under way is one */
};

static struct pollfd places[STREAMS_MAX];
static struct stream streams[STREAMS_MAX];
static size_t n_streams, n_open, n_begun;
static int64_t *samples;
static size_t n_samples, cap_samples;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* -- what comes -------------------------------------------------------------------------------------------- */

static void add_sample(int64_t us)
{
	if (n_samples == cap_samples) {
		cap_samples = cap_samples ? 2 * cap_samples : 1024;
		samples = xrealloc(samples, cap_samples * sizeof(*samples));
	}
	samples[n_samples++] = us;
}

static void take_moments(struct str data, int64_t now)
{
	ptrdiff_t at;

	while ((at = str_index(data, '@')) >= 0) {
		data = str_from(data, (size_t)at + 1);
		add_sample(now - atoll(data.p));
	}
}

static void take_line(struct stream *s, int64_t now)
{
	struct str line;

	buf_char(&s->line, '\0');
	line = str_trim((struct str){ s->line.p, s->line.n - 1 });
	if (!s->begun && !str_starts(line, S("HTTP/1.1 200")))
		die("bench-streams: no stream");
	n_begun += !s->begun;
	s->begun = true;
	if (str_starts(line, S("event:")))
		s->is_delta = str_ends(line, S(" delta"));
	else if (s->is_delta && str_starts(line, S("data:")))
		take_moments(line, now);
	s->line.n = 0;
}

static void take(struct stream *s, struct str bytes, int64_t now)
{
	for (size_t i = 0; i < bytes.n; i++) {
		buf_char(&s->line, bytes.p[i]);
		if (bytes.p[i] == '\n' || s->line.n == LINE_BYTES_MAX)
			take_line(s, now);
	}
}

static void hear(size_t i)
{
	char bytes[LINE_BYTES_MAX];
	ssize_t n = read(places[i].fd, bytes, sizeof(bytes));
	int64_t now = mono_us();

	if (n > 0) {
		take(&streams[i], (struct str){ bytes, (size_t)n }, now);
		return;
	}
	close(places[i].fd);
	places[i].fd = -1;
	n_open--;
}

/* -- all of them ------------------------------------------------------------------------------------------------ */

static void ask(size_t i, int port, const char *run)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		die("bench-streams: connect");
	if (dprintf(fd, "GET /api/v1/runs/%s/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
			"Authorization: Bearer %s\r\n\r\n", run, getenv("BENCH_KEY")) < 0)
		die("bench-streams: send");
	places[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

static void follow(void)
{
	bool told = false;

	while (n_open > 0) {
		if (poll(places, n_streams, -1) < 0)
			die("bench-streams: poll");
		for (size_t i = 0; i < n_streams; i++)
			if (places[i].fd >= 0 && places[i].revents)
				hear(i);
		if (!told && n_begun == n_streams) {
			puts("open");
			fflush(stdout);
			told = true;
		}
	}
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static long long percentile(size_t percent)
{
	return n_samples ? samples[(n_samples - 1) * percent / 100] : -1;
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc - 2 > STREAMS_MAX || !getenv("BENCH_KEY"))
		return 2;
	n_streams = n_open = (size_t)argc - 2;
	for (size_t i = 0; i < n_streams; i++)
		ask(i, atoi(argv[1]), argv[i + 2]);
	follow();
	qsort(samples, n_samples, sizeof(*samples), ascending);
	printf("deltas %zu, p50 us %lld, p99 us %lld\n", n_samples, percentile(50), percentile(99));
	return 0;
}
