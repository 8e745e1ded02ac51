import Crypto
import Foundation

/// The animated QR code that a user scans with the BankID app.
package enum BankIDQR {
  /// The text to draw `seconds` whole seconds after the order's answer arrived.
  ///
  /// Key and message are the texts' own bytes. The secret must never leave the server, so clients
  /// are sent this text, once a second.
  package static func text(token: String, secret: String, seconds: Int) -> String {
    let time = String(seconds)
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(time.utf8), using: SymmetricKey(data: Data(secret.utf8)))
    return "bankid.\(token).\(time).\(code.map(hex).joined())"
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
