internal import Foundation
internal import NIOSSL

/// The certificate that the command line shows to the server, with its private key: some tokens are
/// good only with one (docs/operating.md).
package struct ClientIdentity: Equatable, Sendable {
  /// PEM; the leaf first, then whatever the server needs besides.
  package let certificateFile: String
  package let keyFile: String

  /// The environment's, else the context's; nil where neither names one. Refuses what is not there, is
  /// none, or may be read by others.
  static func find(_ context: Context, _ environment: [String: String]) throws(CLIError) -> Self? {
    func setting(_ name: String, _ kept: String?) -> String? {
      let value = environment[name] ?? kept ?? ""
      return value.isEmpty ? nil : value
    }
    let certificate = setting("BUREAU_CLIENT_CERTIFICATE", context.clientCertificate)
    let key = setting("BUREAU_CLIENT_KEY", context.clientKey)
    guard let certificate, let key else {
      if certificate == nil, key == nil { return nil }
      throw CLIError(
        .usage, "CLIENT_CERTIFICATE_INCOMPLETE",
        "a client certificate and its key go together, and only one of the two is named",
        field: certificate == nil ? "--client-certificate" : "--client-key")
    }
    return try Self(certificateFile: certificate, keyFile: key)
  }

  private init(certificateFile: String, keyFile: String) throws(CLIError) {
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    guard let chain = try? NIOSSLCertificate.fromPEMFile(certificateFile), !chain.isEmpty else {
      throw CLIError(
        .usage, "CLIENT_CERTIFICATE_INVALID",
        "\(certificateFile): there is no PEM certificate that can be read",
        field: "--client-certificate")
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: keyFile)
    let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue
    if let mode, mode & 0o077 != 0 {
      throw CLIError(
        .usage, "KEY_FILE_NOT_PRIVATE", "\(keyFile): others on this machine may read it",
        field: "--client-key", mend: "chmod 600 \(keyFile)")
    }
    guard (try? NIOSSLPrivateKey(file: keyFile, format: .pem)) != nil else {
      throw CLIError(
        .usage, "CLIENT_KEY_INVALID", "\(keyFile): there is no PEM private key that can be read",
        field: "--client-key")
    }
  }
}
