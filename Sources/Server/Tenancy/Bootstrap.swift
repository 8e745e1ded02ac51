package import Primitives

/// The right to make bureaus on this server: a one-time token that `bureaud init` leaves in a
/// file. The server knows its hash only.
package protocol BootstrapToken: Sendable {
  /// Whether the secret with this SHA-256 may make the bureau with this id; the first bureau it
  /// is used for is the only one, also when the call is repeated.
  func allows(_ secretHash: [UInt8]) throws -> Bool
  /// The token has been used.
  func spend() throws
}
