/* Any bytes as what pdftotext writes. */
#include "document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	check_reading(extract_pdf.read_output, (struct str){ (const char *)data, n });
	return 0;
}
