/* Any bytes as a DOCX: what is done with what libzip and libxml2 find there. */
#include "document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	load_once(&extract_docx);
	check_reading(extract_docx.parse, (struct str){ (const char *)data, n });
	return 0;
}
