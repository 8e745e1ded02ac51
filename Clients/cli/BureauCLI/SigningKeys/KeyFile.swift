internal import Foundation
internal import Sealing

/// The private part of a signing key in a file that only its owner may read.
enum KeyFile {
  /// The key in the file; nil where there is no file.
  static func load(_ path: String, _ surroundings: Surroundings) throws(CLIError) -> SealingSecret?
  {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
    guard mode & 0o077 == 0 else {
      throw CLIError(
        .usage, "KEY_FILE_NOT_PRIVATE", "\(path): others on this machine may read it",
        mend: "chmod 600 \(path)")
    }
    let data = try surroundings.read(path, 10_000)
    do {
      return try SealingSecret(pem: String(decoding: data, as: UTF8.self))
    } catch {
      throw CLIError(
        .invalidInput, "KEY_FILE_INVALID",
        "\(path): no Ed25519 private key in PEM (PKCS #8), as `bureau key create` or"
          + " `openssl genpkey -algorithm ed25519` writes it")
    }
  }

  static func required(_ path: String, _ surroundings: Surroundings) throws(CLIError)
    -> SealingSecret
  {
    if let secret = try load(path, surroundings) { return secret }
    throw CLIError(
      .invalidInput, "FILE_UNREADABLE", "\(path): there is no such file",
      mend: "bureau key create --private-key-file \(path)")
  }

  /// The key in the file, or a new one that is written there first: a repeat finds it again.
  static func loadOrMake(_ path: String, keep: Bool, _ surroundings: Surroundings)
    throws(CLIError) -> SealingSecret
  {
    if let secret = try load(path, surroundings) { return secret }
    var generator = SystemRandomNumberGenerator()
    let seed = (0..<4).flatMap { _ in
      withUnsafeBytes(of: generator.next() as UInt64) { Array($0) }
    }
    guard let secret = try? SealingSecret(seed: seed) else {
      throw CLIError(.internalError, "KEY_FAILED", "no key could be made")
    }
    if keep { try PrivateFile.write(Data(secret.pem.utf8), to: path) }
    return secret
  }
}
