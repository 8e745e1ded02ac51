package import GRPCCore
internal import GRPCProtobuf

/// How long a command goes on asking a server that is away, restarts, or has too much to do.
///
/// The server's word (`google.rpc.RetryInfo`) goes before our own pauses. Every repeat carries the
/// same request id, so what was done already is not done again.
package struct Patience: Equatable, Sendable {
  /// What is left of it, in pauses.
  private var left: Duration
  private var pause = Duration.milliseconds(200)

  /// More than a restart of the server takes.
  package static let standard = Span(seconds: 15)
  private static let longestPause = Duration.seconds(3)

  package init(_ total: Duration) { left = total }

  /// How long to wait before the call is made again; nil where it would not help, or where the
  /// patience is at its end.
  package mutating func pause(after error: RPCError) -> Duration? {
    guard Self.isPassing(error) else { return nil }
    let asked = Self.delay(asked: error)
    let wait = max(asked ?? pause, pause)
    guard wait <= left else { return nil }
    left -= wait
    pause = min(pause * 2, Self.longestPause)
    return wait
  }

  /// Whether the same call may succeed later.
  static func isPassing(_ error: RPCError) -> Bool {
    switch error.code {
    case .unavailable: true
    // Without the server's word that it passes, waiting changes nothing.
    case .resourceExhausted: delay(asked: error) != nil
    default: false
    }
  }

  private static func delay(asked error: RPCError) -> Duration? {
    (try? error.unpackGoogleRPCStatus())?.details.lazy.compactMap(\.retryInfo).first?.delay
  }
}
