/* Any bytes as what catdoc writes. */
#include "document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	check_reading(extract_doc.read_output, (struct str){ (const char *)data, n });
	return 0;
}
