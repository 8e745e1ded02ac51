package import Domain

/// The right to make the bureau of this server: a one-time token that `bureaud init` leaves in a
/// file. The server knows its hash only.
package protocol BootstrapToken: Sendable {
  /// Whether this is the SHA-256 of the token.
  func allows(_ secretHash: [UInt8]) -> Bool
  /// Spends the token on one request. A repeat of that request may come again, no other.
  func claim(_ requestID: String) throws(TenancyError)
}
