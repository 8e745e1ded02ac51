import Foundation

/// The number of files and sockets that this process may have open.
package enum OpenFileLimit {
  /// Raises the soft limit to the hard one and returns what holds then; call it once, at start.
  ///
  /// The usual soft limit of 1,024 is less than the connections the server accepts, and a process
  /// without a descriptor left cannot open its database or a bank file either.
  @discardableResult
  package static func raise() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    limit.rlim_cur = limit.rlim_max
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
    else { return 0 }
    return Int(clamping: limit.rlim_cur)
  }
}
