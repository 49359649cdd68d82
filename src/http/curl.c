/* http/curl.c: libcurl, and no word of it further up.
 *
 * What is asked of it is little: HTTP/1.1 over TCP and TLS, one connection a hop, so that ending a
 * hop closes its connection. Redirects are client.c's, because libcurl takes every header but two
 * along to whatever host it is sent to, X-Api-Key as well. No proxy of the environment, no .netrc, no
 * cookies: what agentd may reach, and with which credentials, its own settings tell alone.
 */
#define CURL_DISABLE_TYPECHECK
#include "http/curl_internal.h"

#include <curl/curl.h>
#include <errno.h>
#include <glob.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

#include "base/clock.h"
#include "base/library.h"
#include "base/utf8.h"

enum {
	BUFFER_BYTES = 4096,                 /* of a hop that waits, perhaps for an hour; libcurl's own are 16 KiB */
	/* That rest, of each kind: as many runs as are at work by default may store a step at a time, and then go on
	 * talking to their provider without a new connection, which with TLS costs more than all else of a turn. */
	WIRES_MAX = 256,
	CONNECTIONS_MAX = 8,                 /* kept open by a wire */
	REAPER_STACK_BYTES = 512 * 1024,
};

#define CURL_FUNCTIONS(X)                                                                             \
	X(curl_easy_cleanup) X(curl_easy_getinfo) X(curl_easy_init) X(curl_easy_setopt) X(curl_free)   \
	X(curl_getdate) X(curl_global_init) X(curl_multi_add_handle) X(curl_multi_cleanup)             \
	X(curl_multi_info_read) X(curl_multi_init) X(curl_multi_perform) X(curl_multi_poll)            \
	X(curl_multi_remove_handle) X(curl_multi_setopt) X(curl_multi_wakeup) X(curl_slist_append)     \
	X(curl_slist_free_all) X(curl_url) X(curl_url_cleanup) X(curl_url_get) X(curl_url_set) X(curl_version_info)
LIBRARY(curl, "libcurl.so.4", CURL_FUNCTIONS)

/* -- the library -------------------------------------------------------------------------------- */

/* Where certificates are looked up; NULL: not there. Written once, by begin(). */
static struct {
	const char *file, *folder;
} trusted;

/* Whether certificates of the folder can be looked up one by one, as "9d04f354.0". */
static bool is_hashed(const char *folder)
{
	char pattern[256];
	glob_t found = { .gl_pathc = 0 };
	bool any;

	if (!folder || snprintf(pattern, sizeof(pattern), "%s/????????.0", folder) >= (int)sizeof(pattern))
		return false;
	any = glob(pattern, GLOB_NOSORT, NULL, &found) == 0;
	globfree(&found);
	return any;
}

/* SSL_CERT_FILE and SSL_CERT_DIR count as they do for OpenSSL and the curl program. Of the system's own
 * places, the folder alone where it serves: the bundle holds the same certificates, but every new
 * connection would spend 40 ms and a megabyte on reading all of it. */
static void find_certificates(void)
{
	const curl_version_info_data *about = curl.curl_version_info(CURLVERSION_NOW);

	trusted.file = getenv("SSL_CERT_FILE");
	trusted.folder = getenv("SSL_CERT_DIR");
	if (trusted.file || trusted.folder)
		return;
	if (is_hashed(about->capath))
		trusted.folder = about->capath;
	else
		trusted.file = about->cainfo;
}

static enum err begin(struct ctx *ctx)
{
	static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
	static bool has_begun;
	enum err e = OK;

	TRY(library_load(ctx, &curl_library));
	pthread_mutex_lock(&one_at_a_time);
	if (!has_begun && curl.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		e = fail(ctx, ERR_INTERNAL, "libcurl cannot begin");
	} else if (!has_begun) {
		find_certificates();
		has_begun = true;
	}
	pthread_mutex_unlock(&one_at_a_time);
	return e;
}

/* -- addresses --------------------------------------------------------------------------------- */

static void free_url(CURLU **url)
{
	curl.curl_url_cleanup(*url);
}

static struct str url_part(struct arena *mem, CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL;
	struct str out = { NULL, 0 };

	if (curl.curl_url_get(url, part, &text, flags) == CURLUE_OK)
		out = arena_str(mem, str_of(text));
	curl.curl_free(text);
	return out;
}

static bool read_address(struct arena *mem, CURLU *parsed, struct str url, struct http_address *out)
{
	/* A name and password in the address would end up wherever the address is shown. */
	const unsigned flags = CURLU_DISALLOW_USER | CURLU_URLENCODE;

	if (str_index(url, '\0') >= 0 || !utf8_valid(url))
		return false;
	if (curl.curl_url_set(parsed, CURLUPART_URL, arena_strz(mem, url), flags) != CURLUE_OK)
		return false;
	curl.curl_url_set(parsed, CURLUPART_FRAGMENT, NULL, 0);
	out->url = url_part(mem, parsed, CURLUPART_URL, 0);
	out->scheme = url_part(mem, parsed, CURLUPART_SCHEME, 0);
	out->host = url_part(mem, parsed, CURLUPART_HOST, 0);
	out->port = url_part(mem, parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	return out->host.n > 0 && (str_is(out->scheme, "http") || str_is(out->scheme, "https"));
}

enum err http_address_read(struct ctx *ctx, struct str url, struct http_address *out)
{
	AUTO(free_url) CURLU *parsed = curl.curl_url();

	if (!parsed || !read_address(ctx->mem, parsed, url, out))
		return fail(ctx, ERR_INVALID, "not an address of http or https without user name and password");
	return OK;
}

int64_t http_retry_after_ms(struct str value)
{
	char date[64];
	int64_t seconds;

	if (value.n == 0 || value.n >= sizeof(date))
		return -1;
	if (!str_to_int(value, &seconds)) {
		memcpy(date, value.p, value.n);
		date[value.n] = '\0';
		seconds = curl.curl_getdate(date, NULL);
		if (seconds < 0)
			return -1;
		seconds = seconds > time(NULL) ? seconds - time(NULL) : 0;
	}
	if (seconds < 0)
		return -1;
	return (seconds < INT32_MAX ? seconds : INT32_MAX) * 1000;
}

/* -- wires, and where they rest ------------------------------------------------------------------ */

struct wire {
	CURLM *multi;
	TAILQ_ENTRY(wire) place;             /* among those that rest, or that are taken */
	pthread_t thread;                    /* that has taken it */
	atomic_bool woken;
	int64_t since_ms;                    /* has rested */
	uint64_t server;                     /* that it was taken for: a hash */
	bool guarded;
};

_Atomic int64_t wire_rest_ms = 60 * 1000;

TAILQ_HEAD(wires, wire);

static struct {
	pthread_mutex_t lock;
	struct wires resting[2];             /* under lock, as all below: by `guarded`, the latest first */
	size_t n_resting[2];
	struct wires taken;
	bool reaping;                        /* a thread sees to those that rest too long */
} pool = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.resting = { TAILQ_HEAD_INITIALIZER(pool.resting[0]), TAILQ_HEAD_INITIALIZER(pool.resting[1]) },
	.taken = TAILQ_HEAD_INITIALIZER(pool.taken),
};

/* Of "scheme://host:port". Two servers that share it cost a connection, nothing else. */
static uint64_t hash_of_server(struct str url)
{
	size_t end = 0, slashes = 0;

	while (end < url.n && slashes < 3)
		slashes += url.p[end++] == '/';
	return str_hash(STR_HASH_NONE, (struct str){ url.p, end });
}

static struct wire *wire_new(bool guarded)
{
	struct wire *w = xcalloc(1, sizeof(*w));

	w->guarded = guarded;
	w->multi = curl.curl_multi_init();
	if (w->multi)
		curl.curl_multi_setopt(w->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
	return w;
}

static void wire_free(struct wire *w)
{
	curl.curl_multi_cleanup(w->multi);
	free(w);
}

static void wires_free(struct wires *wires)
{
	struct wire *w;

	while ((w = TAILQ_FIRST(wires))) {
		TAILQ_REMOVE(wires, w, place);
		wire_free(w);
	}
}

/* With the lock held. */
static void rest(struct wire *w)
{
	TAILQ_INSERT_HEAD(&pool.resting[w->guarded], w, place);
	pool.n_resting[w->guarded]++;
}

/* With the lock held. */
static void stop_resting(struct wire *w)
{
	TAILQ_REMOVE(&pool.resting[w->guarded], w, place);
	pool.n_resting[w->guarded]--;
}

/* With the lock held: takes the one that talked to the server, else the latest; NULL: none rests. */
static struct wire *take_resting(bool guarded, uint64_t server)
{
	struct wires *resting = &pool.resting[guarded];
	struct wire *w = TAILQ_FIRST(resting);

	while (w && w->server != server)
		w = TAILQ_NEXT(w, place);
	if (!w)
		w = TAILQ_FIRST(resting);
	if (w)
		stop_resting(w);
	return w;
}

static void join_taken(struct wire *w)
{
	w->thread = pthread_self();
	atomic_init(&w->woken, false);
	pthread_mutex_lock(&pool.lock);
	TAILQ_INSERT_HEAD(&pool.taken, w, place);
	pthread_mutex_unlock(&pool.lock);
}

void wires_wake(pthread_t thread)
{
	struct wire *w;

	pthread_mutex_lock(&pool.lock);
	TAILQ_FOREACH(w, &pool.taken, place)
		if (pthread_equal(w->thread, thread)) {
			atomic_store(&w->woken, true);
			curl.curl_multi_wakeup(w->multi);
		}
	pthread_mutex_unlock(&pool.lock);
}

bool wire_was_woken(struct wire *w)
{
	return atomic_exchange(&w->woken, false);
}

enum err wire_take(struct ctx *ctx, bool guarded, struct str url, struct wire **out)
{
	uint64_t server = hash_of_server(url);
	struct wire *w;

	TRY(begin(ctx));
	pthread_mutex_lock(&pool.lock);
	w = take_resting(guarded, server);
	pthread_mutex_unlock(&pool.lock);
	if (!w)
		w = wire_new(guarded);
	w->server = server;
	if (w->multi) {
		join_taken(w);
		*out = w;
		return OK;
	}
	wire_free(w);
	return fail(ctx, ERR_INTERNAL, "libcurl cannot begin: too many open files?");
}

/* With the lock held: moves those that are too many or have rested too long. */
static void cut_surplus(bool guarded, struct wires *surplus)
{
	int64_t oldest_ms = mono_ms() - wire_rest_ms;
	struct wire *w;

	while ((w = TAILQ_LAST(&pool.resting[guarded], wires)) &&
	       (pool.n_resting[guarded] > WIRES_MAX || w->since_ms <= oldest_ms)) {
		stop_resting(w);
		TAILQ_INSERT_HEAD(surplus, w, place);
	}
}

static bool reap_once(void)
{
	struct wires surplus = TAILQ_HEAD_INITIALIZER(surplus);
	bool more;

	pthread_mutex_lock(&pool.lock);
	cut_surplus(true, &surplus);
	cut_surplus(false, &surplus);
	more = pool.reaping = pool.n_resting[0] + pool.n_resting[1] > 0;
	pthread_mutex_unlock(&pool.lock);
	wires_free(&surplus);
	return more;
}

/* Lives while any wire rests, so that an idle server has neither this thread nor what it drops. */
static void *reaper_main(void *arg)
{
	int64_t ms = wire_rest_ms;
	struct timespec nap = { ms / 1000, ms % 1000 * 1000000 };

	do
		nanosleep(&nap, NULL);
	while (reap_once());
	return NULL;
}

/* False: there is no thread to be had. Those that rest then wait for the next to join them. */
static bool start_reaper(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	bool started;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, REAPER_STACK_BYTES);
	started = pthread_create(&thread, &attributes, reaper_main, NULL) == 0;
	pthread_attr_destroy(&attributes);
	return started;
}

void wire_put_back(struct wire *w)
{
	struct wires surplus = TAILQ_HEAD_INITIALIZER(surplus);

	if (!w)
		return;
	w->since_ms = mono_ms();
	pthread_mutex_lock(&pool.lock);
	TAILQ_REMOVE(&pool.taken, w, place);
	rest(w);
	cut_surplus(w->guarded, &surplus);
	if (!pool.reaping)
		pool.reaping = start_reaper();
	pthread_mutex_unlock(&pool.lock);
	wires_free(&surplus);
}

/* -- what libcurl calls --------------------------------------------------------------------------- */

static void hop_fail(struct hop *h, enum err e, const char *text)
{
	h->error = fail(h->ctx, e, "%.*s %s", STR(h->to.host), text);
}

static void fail_as_too_large(struct hop *h)
{
	h->error = fail(h->ctx, ERR_UPSTREAM, "%.*s sent more than %zu bytes", STR(h->to.host), h->bytes_max);
}

/* Lets libcurl end the hop. Others may fail before this one's turn comes, and ctx->why is one for all. */
static size_t give_up(struct hop *h)
{
	h->why = arena_str(h->ctx->mem, str_of(h->ctx->why));
	return 0;
}

/* Every connection comes by here, with the very address it will be made to. */
static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct hop *h = arg;

	if (h->guard && !guard_permits(h->guard, h->to.host, &to->addr)) {
		h->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* libcurl unwraps five codings within each other. Of 10 KB that are gzip within gzip, each layer makes
 * a thousand times as much, in one go and perhaps to nothing that a limit on the body would see. */
static void count_codings(struct hop *h, struct str codings)
{
	while (codings.p) {
		struct str coding = str_trim(str_cut(&codings, ','));

		h->n_codings += coding.n > 0 && !str_eq_nocase(coding, S("chunked")) &&
				!str_eq_nocase(coding, S("identity"));
	}
}

static size_t on_header(char *bytes, size_t size, size_t n, void *arg)
{
	struct hop *h = arg;
	struct str value = { bytes, n };
	struct str name = str_cut(&value, ':');

	/* An interim answer was none: this is the head that counts. */
	if (str_starts(name, S("HTTP/")))
		h->n_codings = 0;
	value = str_trim(value);
	if (str_eq_nocase(name, S("content-encoding")) || str_eq_nocase(name, S("transfer-encoding")))
		count_codings(h, value);
	if (str_eq_nocase(name, S("retry-after")))
		h->retry_after = arena_str(h->ctx->mem, value);
	if (h->n_codings <= 1)
		return n;
	hop_fail(h, ERR_UPSTREAM, "encodes its answer more than once");
	return give_up(h);
}

static int status_of(CURL *easy)
{
	long status = 0;

	curl.curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct hop *h = arg;

	if (n > h->bytes_max - h->n_received) {
		fail_as_too_large(h);
		return give_up(h);
	}
	h->n_received += n;
	h->error = h->receive(h->arg, status_of(h->easy), (struct str){ bytes, n });
	return h->error == OK ? n : give_up(h);
}

/* -- hops ------------------------------------------------------------------------------------------ */

static bool add_line(struct hop *h, const char *line)
{
	struct curl_slist *longer = curl.curl_slist_append(h->lines, line);

	if (longer)
		h->lines = longer;
	return longer;
}

static bool breaks_line(struct str s)
{
	return str_index(s, '\r') >= 0 || str_index(s, '\n') >= 0 || str_index(s, '\0') >= 0;
}

static enum err add_headers(struct hop *h)
{
	/* What libcurl would add to a body by itself. */
	bool ok = add_line(h, "Expect:") && (!h->body.p || add_line(h, "Content-Type:"));

	for (size_t i = 0; i < h->n_headers && ok; i++) {
		const struct http_header *header = &h->headers[i];
		struct str line;

		if (breaks_line(header->name) || breaks_line(header->value))
			return fail(h->ctx, ERR_INVALID, "the value of a header is more than a line");
		/* libcurl's way to say that there is a header, and its value is empty. */
		line = header->value.n == 0 ? arena_printf(h->ctx->mem, "%.*s;", STR(header->name)) :
			arena_printf(h->ctx->mem, "%.*s: %.*s", STR(header->name), STR(header->value));
		ok = add_line(h, line.p);
	}
	return ok ? OK : fail(h->ctx, ERR_INTERNAL, "libcurl took no header");
}

#define SET(option, value) (ok = ok && curl.curl_easy_setopt(h->easy, option, value) == CURLE_OK)

static bool set_request(struct hop *h)
{
	bool ok = true;

	SET(CURLOPT_URL, h->to.url.p);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_USERAGENT, "agentd/" AGENTD_VERSION);
	SET(CURLOPT_HTTPHEADER, h->lines);
	if (h->body.p) {
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)h->body.n);
		SET(CURLOPT_POSTFIELDS, h->body.p);
	}
	if (strcmp(h->method, "HEAD") == 0)
		SET(CURLOPT_NOBODY, 1L);
	else
		SET(CURLOPT_CUSTOMREQUEST, h->method);
	return ok;
}

static bool set_answer(struct hop *h)
{
	bool ok = true;

	/* Not brotli and zstd: a stranger could choose windows of up to 128 MiB for them. */
	SET(CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	/* What is announced; on_body counts what comes. */
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)h->bytes_max);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, h);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, h);
	return ok;
}

static bool set_connection(struct hop *h)
{
	bool ok = true;

	SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(CURLOPT_OPENSOCKETDATA, h);
	SET(CURLOPT_CAINFO, trusted.file);
	SET(CURLOPT_CAPATH, trusted.folder);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)h->connect_ms);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
	/* Whoever gives up while a name is being looked up does not wait for the answer. */
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_PRIVATE, h);
	return ok;
}

#undef SET

static enum err hop_prepare(struct hop *h)
{
	TRY(add_headers(h));
	h->easy = curl.curl_easy_init();
	if (!h->easy || !set_request(h) || !set_answer(h) || !set_connection(h))
		return fail(h->ctx, ERR_INTERNAL, "libcurl does not take this request");
	return OK;
}

enum err hop_begin(struct wire *w, struct hop *h)
{
	enum err e;

	h->error = OK;
	h->retry_after = (struct str){ NULL, 0 };
	h->n_moved = 0;
	h->n_received = h->n_codings = 0;
	h->refused = false;
	e = hop_prepare(h);
	if (e == OK && curl.curl_multi_add_handle(w->multi, h->easy) != CURLM_OK)
		e = fail(h->ctx, ERR_INTERNAL, "libcurl does not take this request");
	if (e == OK)
		h->wire = w;
	else
		hop_end(h);
	return e;
}

void hop_end(struct hop *h)
{
	if (h->wire)
		curl.curl_multi_remove_handle(h->wire->multi, h->easy);
	if (h->easy)
		curl.curl_easy_cleanup(h->easy);
	if (h->lines)
		curl.curl_slist_free_all(h->lines);
	h->wire = NULL;
	h->easy = h->lines = NULL;
}

bool hop_moved(struct hop *h)
{
	curl_off_t received = 0, sent = 0;
	long heads = 0;
	int64_t before = h->n_moved;

	curl.curl_easy_getinfo(h->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
	curl.curl_easy_getinfo(h->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	curl.curl_easy_getinfo(h->easy, CURLINFO_HEADER_SIZE, &heads);
	h->n_moved = received + sent + heads;
	return h->n_moved != before;
}

void wire_turn(struct wire *w)
{
	int running;

	curl.curl_multi_perform(w->multi, &running);
}

void wire_wait(struct wire *w, int64_t ms)
{
	curl.curl_multi_poll(w->multi, NULL, 0, (int)ms, NULL);
}

/* -- how hops end ---------------------------------------------------------------------------------- */

static const struct {
	CURLcode code;
	enum err error;
	const char *text;                    /* behind the name of the host */
} ENDS[] = {
	{ CURLE_URL_MALFORMAT, ERR_INVALID, "is no name of a server" },
	{ CURLE_COULDNT_RESOLVE_HOST, ERR_UPSTREAM, "could not be found" },
	{ CURLE_COULDNT_CONNECT, ERR_UPSTREAM, "could not be reached" },
	{ CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT, "did not answer in time" },
	{ CURLE_SSL_CONNECT_ERROR, ERR_UPSTREAM, "could not agree on a secure connection" },
	{ CURLE_PEER_FAILED_VERIFICATION, ERR_UPSTREAM, "has no certificate that can be trusted" },
	{ CURLE_SSL_CACERT_BADFILE, ERR_UPSTREAM, "cannot be checked: the trusted certificates cannot be read" },
	{ CURLE_GOT_NOTHING, ERR_UPSTREAM, "closed the connection without an answer" },
	{ CURLE_SEND_ERROR, ERR_UPSTREAM, "broke off the connection" },
	{ CURLE_RECV_ERROR, ERR_UPSTREAM, "broke off the connection" },
	{ CURLE_PARTIAL_FILE, ERR_UPSTREAM, "broke off its answer" },
	{ CURLE_BAD_CONTENT_ENCODING, ERR_UPSTREAM, "sent an answer that cannot be decompressed" },
	{ CURLE_UNSUPPORTED_PROTOCOL, ERR_UPSTREAM, "does not speak HTTP" },
	{ CURLE_WEIRD_SERVER_REPLY, ERR_UPSTREAM, "does not speak HTTP" },
};

static bool was_refused(struct hop *h)
{
	long number = 0;

	curl.curl_easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &number);
	return number == ECONNREFUSED;
}

/* What libcurl's result means. */
static void explain(struct hop *h, CURLcode code)
{
	if (code == CURLE_FILESIZE_EXCEEDED) {
		fail_as_too_large(h);
		return;
	}
	if (code == CURLE_COULDNT_CONNECT && h->refused) {
		h->error = fail(h->ctx, ERR_FORBIDDEN, "the address of %.*s is not allowed", STR(h->to.host));
		return;
	}
	if (code == CURLE_COULDNT_CONNECT && was_refused(h)) {
		hop_fail(h, ERR_UPSTREAM, "refused the connection");
		return;
	}
	for (size_t i = 0; i < COUNT_OF(ENDS); i++)
		if (ENDS[i].code == code) {
			hop_fail(h, ENDS[i].error, ENDS[i].text);
			return;
		}
	h->error = fail(h->ctx, ERR_UPSTREAM, "%.*s could not be asked (curl %d)", STR(h->to.host), (int)code);
}

static struct str text_info(struct hop *h, CURLINFO which)
{
	char *text = NULL;

	curl.curl_easy_getinfo(h->easy, which, &text);
	return arena_str(h->ctx->mem, str_of(text));
}

static void read_answer(struct hop *h)
{
	h->status = status_of(h->easy);
	h->content_type = text_info(h, CURLINFO_CONTENT_TYPE);
	h->redirect = text_info(h, CURLINFO_REDIRECT_URL);
}

struct hop *wire_next(struct wire *w)
{
	int left;
	const CURLMsg *message;
	char *found = NULL;
	struct hop *h;

	/* CURLMSG_DONE is the only kind there is. */
	message = curl.curl_multi_info_read(w->multi, &left);
	if (!message)
		return NULL;
	curl.curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &found);
	h = (struct hop *)(void *)found;
	if (message->data.result == CURLE_OK)
		read_answer(h);
	else if (h->error == OK)
		explain(h, message->data.result);
	else
		h->error = fail(h->ctx, h->error, "%.*s", STR(h->why));
	hop_end(h);
	return h;
}
