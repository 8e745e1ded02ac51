import NIOCore
package import NIOSSL

/// The certificates that a server shows and asks for.
package struct ServerTLS: Sendable {
  /// PEM: the server's certificate first, then those between it and the root.
  package var certificateChain: String
  /// PEM: the private key of the first certificate.
  package var privateKey: String
  /// PEM: the authorities whose client certificates are accepted. Clients may show one, and need
  /// not; one that shows another is refused. Nil: none is asked for.
  package var clientAuthorities: String?

  package init(certificateChain: String, privateKey: String, clientAuthorities: String? = nil) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
    self.clientAuthorities = clientAuthorities
  }

  /// The settings of the TLS library: 1.3 at least.
  package func configuration() throws(ServerTLSError) -> TLSConfiguration {
    let chain = try ServerTLS.certificates(certificateChain, of: "the server certificate")
    let key: NIOSSLPrivateKey
    do {
      key = try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)
    } catch {
      throw .unreadable("the private key", hint: "a PEM file that starts with BEGIN PRIVATE KEY")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv13
    configuration.applicationProtocols = ["h2"]
    configuration.shutdownTimeout = .seconds(1)
    if let clientAuthorities {
      let roots = try ServerTLS.certificates(clientAuthorities, of: "the client authorities")
      configuration.trustRoots = .certificates(roots)
      configuration.certificateVerification = .optionalVerification
      configuration.sendCANameList = true
    }
    return configuration
  }

  func context() throws(ServerTLSError) -> NIOSSLContext {
    let configuration = try configuration()
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw .mismatch
    }
  }

  private static func certificates(
    _ pem: String, of what: String
  ) throws(ServerTLSError) -> [NIOSSLCertificate] {
    guard let list = try? NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)), !list.isEmpty else {
      throw .unreadable(what, hint: "a PEM file that starts with BEGIN CERTIFICATE")
    }
    return list
  }
}

/// Why certificates cannot be used.
package enum ServerTLSError: Error, CustomStringConvertible, Equatable {
  case unreadable(String, hint: String)
  case mismatch

  package var description: String {
    switch self {
    case .unreadable(let what, let hint): "cannot read \(what): expected \(hint)"
    case .mismatch: "the private key does not belong to the server certificate"
    }
  }
}
