// Debian's libxml2 is built with ICU; its headers would bring in the system's ICU, whose types clash
// with those of the ICU inside Foundation. Only the private end of xmlCharEncodingHandler differs.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <libxml/dict.h>
#include <libxml/xmlerror.h>
