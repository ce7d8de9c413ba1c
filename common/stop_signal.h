// SIGINT, SIGTERM and SIGHUP ask a run to stop at the next safe point; a second one ends it at
// once.
#pragma once

namespace corpusmill {

// Installs the handlers, once per process. SIGPIPE and SIGXFSZ are ignored (writes report them).
void install_stop_signals();
bool stop_requested();
// Throws Error(kStopped, "stopped by signal N; the same command continues") if asked to stop.
void throw_if_stop_requested();
// For tests, and for a trainer that has handled SIGUSR1.
void request_stop(int signal_number);
void clear_stop_request();

}  // namespace corpusmill
