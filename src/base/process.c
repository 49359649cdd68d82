/* base/process.c: spawn, poll, kill, wait. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { READ_BYTES = 64 * 1024, ASK_MS = 100 };

/* Of p->fds: what we hold of it, or -1. A pidfd tells of its exit. */
enum { INPUT, OUTPUT, COMPLAINT, EXIT, N_FDS };

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Kills what is left of it. */
static void reap(struct process *p)
{
	if (p->pid == 0)
		return;
	kill(-p->pid, SIGKILL);
	while (waitpid(p->pid, &p->status, 0) < 0 && errno == EINTR)
		;
	p->pid = 0;
}

void process_fini(struct process *p)
{
	buf_fini(&p->output);
	buf_fini(&p->complaint);
}

bool process_exited(const struct process *p, int exit_status)
{
	return p->end == PROCESS_ENDED && WIFEXITED(p->status) && WEXITSTATUS(p->status) == exit_status;
}

/* -- starting -------------------------------------------------------------------------------------- */

static bool write_all(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno != EINTR)
			return false;
		bytes = str_from(bytes, n > 0 ? (size_t)n : 0);
	}
	return true;
}

/* Sealed, so that what is read twice is the same both times. */
static int make_input(struct process *p)
{
	int fd = p->fds[INPUT] = memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || !write_all(fd, p->input) || lseek(fd, 0, SEEK_SET) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) != 0)
		return errno;
	return 0;
}

/* `ends`: its standard input, output and error. */
static int spawn(struct process *p, const int ends[3])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_adddup2(&actions, ends[fd], fd);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	rc = posix_spawnp(&p->pid, p->program, &actions, &attributes, (char *const *)p->argv, (char *const *)p->envp);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (rc != 0)
		p->pid = 0;
	return rc;
}

/* Afterwards it holds the other ends of the pipes alone, so that they end with it. */
static int start(struct process *p)
{
	int output[2] = { -1, -1 }, complaint[2] = { -1, -1 }, rc = make_input(p);

	if (rc == 0 && (pipe2(output, O_CLOEXEC) != 0 || pipe2(complaint, O_CLOEXEC) != 0))
		rc = errno;
	if (rc == 0)
		rc = spawn(p, (int[]){ p->fds[INPUT], output[1], complaint[1] });
	close_fd(&p->fds[INPUT]);
	close_fd(&output[1]);
	close_fd(&complaint[1]);
	p->fds[OUTPUT] = output[0];
	p->fds[COMPLAINT] = complaint[0];
	if (rc != 0)
		return rc;
	p->fds[EXIT] = pidfd_open(p->pid, 0);
	return p->fds[EXIT] < 0 ? errno : 0;
}

/* -- listening ------------------------------------------------------------------------------------- */

/* Reads what there is; closes at the end. */
static void listen_to(int *fd, struct buf *into)
{
	ssize_t n = read(*fd, buf_room(into, READ_BYTES), READ_BYTES);

	if (n > 0)
		into->n += (size_t)n;
	else if (n == 0 || errno != EINTR)
		close_fd(fd);
}

static void hear(struct process *p, const struct pollfd *polled)
{
	if (polled[OUTPUT].revents)
		listen_to(&p->fds[OUTPUT], &p->output);
	if (polled[COMPLAINT].revents)
		listen_to(&p->fds[COMPLAINT], &p->complaint);
	if (p->complaint.n > p->complaint_max)
		p->complaint.n = p->complaint_max;
	if (polled[EXIT].revents)
		close_fd(&p->fds[EXIT]);
}

static bool is_over(const struct process *p)
{
	return p->fds[OUTPUT] < 0 && p->fds[COMPLAINT] < 0 && p->fds[EXIT] < 0;
}

static int wait_ms(const struct process *p)
{
	int64_t left = p->until_ms - mono_ms();

	if (p->go_on && left > ASK_MS)
		left = ASK_MS;
	return left > 0 ? (int)left : 0;
}

/* Until it has exited and all it wrote is here, or it is to be stopped. */
static void attend(struct process *p)
{
	while (!is_over(p) && p->end == PROCESS_ENDED) {
		struct pollfd polled[N_FDS];
		int ms = wait_ms(p);

		for (int i = 0; i < N_FDS; i++)
			polled[i] = (struct pollfd){ .fd = p->fds[i], .events = POLLIN };
		if (ms == 0)
			p->end = PROCESS_OUT_OF_TIME;
		else if (poll(polled, N_FDS, ms) > 0)
			hear(p, polled);
		if (p->output.n > p->output_max)
			p->end = PROCESS_TOO_MUCH_OUTPUT;
		if (p->go_on && !p->go_on(p->arg))
			p->end = PROCESS_UNWANTED;
	}
}

int process_run(struct process *p)
{
	int rc;

	p->pid = 0;
	p->end = PROCESS_ENDED;
	for (int i = 0; i < N_FDS; i++)
		p->fds[i] = -1;
	rc = start(p);
	if (rc == 0)
		attend(p);
	reap(p);
	for (int i = 0; i < N_FDS; i++)
		close_fd(&p->fds[i]);
	return rc;
}
