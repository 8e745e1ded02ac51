internal import Crypto
internal import Foundation

extension Context {
  /// Refuses a certificate authority file that is not there or is none.
  func checkAuthority() throws(CLIError) {
    _ = try CertificateAuthority.fingerprint(ofFile: ca)
  }
}

/// The certificate that a context trusts.
enum CertificateAuthority {
  /// SHA-256 over the DER of the file's first certificate, in lower-case hexadecimal.
  static func fingerprint(ofFile path: String) throws(CLIError) -> String {
    guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 20 else {
      throw CLIError(.usage, "CA_UNREADABLE", "\(path): the CA file can't be read", field: "--ca")
    }
    return try fingerprint(ofPEM: String(decoding: data, as: UTF8.self), in: path)
  }

  static func fingerprint(ofPEM text: String, in path: String) throws(CLIError) -> String {
    guard let begin = text.range(of: "-----BEGIN CERTIFICATE-----"),
      let end = text.range(
        of: "-----END CERTIFICATE-----", range: begin.upperBound..<text.endIndex),
      let der = Data(
        base64Encoded: text[begin.upperBound..<end.lowerBound].filter { !$0.isWhitespace }),
      !der.isEmpty
    else {
      throw CLIError(
        .usage, "CA_INVALID", "\(path): there is no PEM certificate in it", field: "--ca")
    }
    let digits = Array("0123456789abcdef")
    return String(
      SHA256.hash(data: der).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  /// A fingerprint as people paste it: capitals, colons, a `SHA256:` in front.
  static func normalised(_ fingerprint: String) -> String {
    let text = fingerprint.lowercased()
    let digits = text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]
    return digits.filter { $0 != ":" && !$0.isWhitespace }
  }
}
