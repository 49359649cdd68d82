/* base/library.c: dlopen and dlsym by table. A library once loaded stays. */
#include "base/library.h"

#include <dlfcn.h>
#include <pthread.h>

#include "base/ctx.h"

static enum err load(struct ctx *ctx, struct library *l)
{
	void *handle = dlopen(l->file, RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return fail(ctx, ERR_INTERNAL, "%s", dlerror());
	for (size_t i = 0; l->names[i]; i++) {
		l->functions[i] = dlsym(handle, l->names[i]);
		if (l->functions[i])
			continue;
		dlclose(handle);
		return fail(ctx, ERR_INTERNAL, "%s has no %s", l->file, l->names[i]);
	}
	atomic_store(&l->loaded, true);
	return OK;
}

enum err library_load(struct ctx *ctx, struct library *l)
{
	static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
	enum err e = OK;

	if (atomic_load(&l->loaded))
		return OK;
	pthread_mutex_lock(&one_at_a_time);
	if (!atomic_load(&l->loaded))
		e = load(ctx, l);
	pthread_mutex_unlock(&one_at_a_time);
	return e;
}
