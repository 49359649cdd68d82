/* run/limits.h: how much a run may do. Passing a limit ends the run as failed, with the limit named. */
#ifndef RUN_LIMITS_H
#define RUN_LIMITS_H

#include <stdint.h>

struct run_limits {
	int64_t requests;                    /* to the model; an agent's file may say otherwise */
	int64_t time_ms;                     /* from the first start on, interruptions included */
	int64_t output_bytes;                /* of the answer */
	int64_t result_bytes;                /* of one tool's result */
	double cost_usd;                     /* as far as it is known, before another request; 0: any */
};

/* The usual ones. */
#define RUN_LIMITS ((struct run_limits){ .requests = 50, .time_ms = 3600 * 1000, .output_bytes = 1 << 20, \
					 .result_bytes = 1 << 20 })

#endif
