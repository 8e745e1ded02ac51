package import GRPCCore

/// How the program ends; the numbers are a promise to scripts (README.md lists them).
package enum Ending: Int32, Sendable, CaseIterable {
  case done = 0
  case someFailed = 1
  case usage = 2
  case refused = 3
  case notAllowed = 4
  case notFound = 5
  case invalidInput = 6
  case unavailable = 7
  case internalError = 8
  /// Nothing in the journals was altered, but something is missing.
  case incomplete = 9
  /// Nothing speaks against the journals, and nothing shows that they are all there is.
  case notShown = 10
  /// What was asked for differs from what is: a plan has something to do.
  case changes = 11

  /// What the server's status means for a script.
  package init(_ code: RPCError.Code) {
    self =
      switch code {
      case .failedPrecondition, .aborted, .alreadyExists: .refused
      case .permissionDenied, .unauthenticated: .notAllowed
      case .notFound: .notFound
      case .invalidArgument, .outOfRange: .invalidInput
      case .unavailable, .deadlineExceeded, .resourceExhausted, .cancelled: .unavailable
      default: .internalError
      }
  }
}
