import Crypto

/// The certificate that a client showed and proved to own in the TLS handshake; it was issued by
/// the authority of the configuration.
package struct ClientCertificate: Hashable, Sendable {
  /// The whole certificate, DER.
  package let der: [UInt8]
  /// SHA-256 of `der`, lower-case hexadecimal: what a service user is registered with.
  package let fingerprint: String

  package init(der: [UInt8]) {
    self.der = der
    self.fingerprint = Fingerprint.hex(of: der)
  }
}

/// SHA-256 of a certificate, the way people compare them.
package enum Fingerprint {
  /// 64 lower-case hexadecimal digits.
  package static func hex(of der: some Sequence<UInt8>) -> String {
    SHA256.hash(data: Array(der)).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  /// The form that browsers and openssl show: `AB:CD:…`.
  package static func colons(of der: some Sequence<UInt8>) -> String {
    let digits = Array(hex(of: der).uppercased())
    return stride(from: 0, to: digits.count, by: 2)
      .map { String(digits[$0...$0 + 1]) }.joined(separator: ":")
  }
}
