/* base/thread.c: pthread_create with what is asked of it everywhere. */
#include "base/thread.h"

enum { STACK_BYTES = 512 << 10 };

enum err thread_start(struct ctx *ctx, void *(*main)(void *arg), void *arg, pthread_t *out)
{
	pthread_attr_t attributes;
	int failed;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	failed = pthread_create(out, &attributes, main, arg);
	pthread_attr_destroy(&attributes);
	return failed ? fail(ctx, ERR_INTERNAL, "cannot start a thread: %s", strerror(failed)) : OK;
}
