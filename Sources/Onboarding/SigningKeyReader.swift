package import Domain
import Foundation
import Primitives
import Sealing

// A client's signing key by its public part: who reads the file must not be able to seal.

extension BureauFileReader {
  /// `company`: nil where its number is not readable; then the proof is not tried.
  mutating func readSigningKey(
    _ tree: Tree, _ path: String, of company: OrganisationNumber?, at bureau: OrganisationNumber?
  ) -> DesiredSigningKey? {
    guard let table = TableReader<SigningKeyKey>(tree, at: path, &log) else { return nil }
    var key: SealingKey?
    if let bytes = bytes(table, .publicKey) {
      key = try? SealingKey(bytes)
      if key == nil {
        log.add(
          .signingKeyInvalid, at: table.located(.publicKey),
          "This is no usable public key of Ed25519: 32 bytes in base64 are expected.")
      }
    }
    let proof = bytes(table, .proof)
    if let key, let proof, let company, let bureau,
      !key.hasSigned(key.proofBytes(bureau: bureau, company: company), with: proof)
    {
      log.add(
        .signingKeyProof, at: table.located(.proof),
        "The proof does not show that its maker has the private key and means this company and"
          + " bureau: bureau key proof makes it.")
    }
    return key.map { DesiredSigningKey(publicKey: $0, proof: proof ?? []) }
  }

  private mutating func bytes(
    _ table: TableReader<SigningKeyKey>, _ key: SigningKeyKey
  ) -> [UInt8]? {
    guard let text = table.text(key, limit: 200, &log) else { return nil }
    guard let data = Data(base64Encoded: text) else {
      log.add(.signingKeyInvalid, at: table.located(key), "Base64 is expected here.")
      return nil
    }
    return Array(data)
  }
}

extension DesiredSigningKey {
  /// The lines that say it in a client of a file.
  var fileLines: [String] {
    let key = Data(publicKey.bytes).base64EncodedString()
    var lines = [
      "\(ClientKey.signingKeys.rawValue):",
      "  - \(SigningKeyKey.publicKey.rawValue): \(BureauFileWriter.quoted(key))",
    ]
    if !proof.isEmpty {
      let text = Data(proof).base64EncodedString()
      lines.append("    \(SigningKeyKey.proof.rawValue): \(BureauFileWriter.quoted(text))")
    }
    return lines
  }

  package var fileText: String { fileLines.joined(separator: "\n") + "\n" }
}
