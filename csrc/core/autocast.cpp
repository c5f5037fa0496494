#include "core/autocast.h"

namespace pynn {

static thread_local bool enabled_here = false;

bool autocast_enabled() { return enabled_here; }
void set_autocast_enabled(bool enabled) { enabled_here = enabled; }

}  // namespace pynn
