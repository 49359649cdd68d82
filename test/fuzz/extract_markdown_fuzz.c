/* Any text as Markdown. */
#include "document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	load_once(&extract_markdown);
	check_reading(extract_markdown.parse, (struct str){ (const char *)data, n });
	return 0;
}
