/* Any text as a web page, and the character set it names. */
#include "document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	load_once(&extract_html);
	extract_html.charset_inside((struct str){ (const char *)data, n });
	check_reading(extract_html.parse, (struct str){ (const char *)data, n });
	return 0;
}
