import BureauAPI
import Crypto
import Foundation
import Primitives
import Sealing
import SwiftProtobuf
import Testing

/// docs/sealing.md is what others implement the seal from: its vectors, made by a program of
/// another language, hold for ours.
struct VectorTests {
  private static let document: String? = {
    var folder = URL(filePath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return try? String(contentsOf: folder.appending(path: "docs/sealing.md"), encoding: .utf8)
  }()

  /// The JSON blocks of the document.
  private static func vectors() throws -> [[String: Any]] {
    let document = try #require(document)
    return try document.components(separatedBy: "```json\n").dropFirst().map { block in
      let text = block.components(separatedBy: "\n```")[0]
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
      return try #require(object as? [String: Any])
    }
  }

  private static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { String(Int($0) + 0x100, radix: 16).suffix(2) }.joined()
  }

  @Test func `the document's vectors come out byte by byte`() throws {
    let vectors = try Self.vectors()
    #expect(vectors.count == 3)
    for vector in vectors {
      func text(_ name: String) throws -> String { try #require(vector[name] as? String) }
      let json = try JSONSerialization.data(withJSONObject: try #require(vector["batch"]))
      let batch = try Bureau_V1_Batch(jsonUTF8Data: json)
      let secret = try SealingSecret(seed: bytes(hex: try text("secret_key")))
      let canonical = batch.canonical(
        company: try text("company"), keyFingerprint: secret.publicKey.fingerprint)
      let name = try text("name")
      #expect(
        String(decoding: canonical.bytes, as: UTF8.self) == (try text("canonical")), "\(name)")
      #expect(Self.hex(SHA256.hash(data: canonical.bytes)) == (try text("canonical_sha256")))
      #expect(Self.hex(SHA256.hash(data: canonical.content)) == (try text("content_sha256")))
      let signature = bytes(hex: try text("signature"))
      #expect(secret.publicKey.hasSigned(canonical.bytes, with: signature), "\(name)")
      #expect(try secret.sign(canonical.bytes) == signature, "\(name)")
    }
  }

  @Test func `the document's key, fingerprint and proof are those of the secret key`() throws {
    let document = try #require(Self.document), first = try #require(try Self.vectors().first)
    let secret = try SealingSecret(
      seed: bytes(hex: try #require(first["secret_key"] as? String)))
    let key = secret.publicKey, company = try #require(first["company"] as? String)
    let proof = try secret.sign(key.proofBytes(company: company))
    // In a bureau file it names the parties by their numbers.
    let filed = try secret.sign(
      key.proofBytes(
        bureau: OrganisationNumber("923609016", country: .no),
        company: OrganisationNumber("988077917", country: .no)))
    for text in [Self.hex(key.bytes), key.fingerprint, Self.hex(proof), Self.hex(filed)] {
      #expect(document.contains(text))
    }
  }

  @Test func `each value of a batch is covered`() throws {
    let secret = try SealingSecret(seed: [UInt8](repeating: 9, count: 32))
    let json = try JSONSerialization.data(
      withJSONObject: try #require(try Self.vectors()[1]["batch"]))
    let batch = try Bureau_V1_Batch(jsonUTF8Data: json)
    let company = "bureaus/1/companies/2", print = secret.publicKey.fingerprint
    let signature = try secret.sign(
      batch.canonical(company: company, keyFingerprint: print).bytes)
    let changes: [(inout Bureau_V1_Batch) -> Void] = [
      { $0.batchID += "x" }, { $0.createTime.seconds += 1 }, { $0.itemCount += 1 },
      { $0.totals[0].minorUnits += 1 }, { $0.totals[0].currencyCode = "NOK" },
      { $0.totals.append($0.totals[0]) }, { $0.items.swapAt(0, 1) }, { $0.items.removeLast() },
      { $0.items[1].invoice.append(0) }, { $0.items[1].payment = .init() },
      { $0.items[1].content = nil },
      { $0.items[0].payment.invoiceNumber += " " },
      { $0.items[0].payment.creditor.displayName += "X" },
      { $0.items[0].payment.creditor.organisationNumber = "988077917" },
      { $0.items[0].payment.creditor.countryCode = "NO" },
      { $0.items[0].payment.creditorAccount.form = .noBban },
      { $0.items[0].payment.creditorAccount.text += "1" },
      { $0.items[0].payment.creditorBic = "" }, { $0.items[0].payment.amount.minorUnits -= 1 },
      { $0.items[0].payment.amount.currencyCode = "NOK" },
      { $0.items[0].payment.reference.type = .kid }, { $0.items[0].payment.reference.text = "" },
      { $0.items[0].payment.dueDate = "2026-04-02" },
    ]
    for (number, change) in changes.enumerated() {
      var changed = batch
      change(&changed)
      let bytes = changed.canonical(company: company, keyFingerprint: print).bytes
      #expect(!secret.publicKey.hasSigned(bytes, with: signature), "change \(number)")
    }
    for (other, name) in [("bureaus/1/companies/3", print), (company, "0")] {
      let bytes = batch.canonical(company: other, keyFingerprint: name).bytes
      #expect(!secret.publicKey.hasSigned(bytes, with: signature))
    }
  }

  @Test func `every field of a batch is sealed: a new one needs a new version`() throws {
    let set = try Google_Protobuf_FileDescriptorSet(serializedBytes: Descriptors.bytes)
    let messages = set.file.filter { $0.package == "bureau.v1" }.flatMap(\.messageType)
    for (name, count) in [
      ("Batch", 5), ("BatchItem", 2), ("BatchPayment", 7), ("Party", 3), ("AccountNumber", 2),
      ("Money", 2), ("PaymentReference", 2),
    ] {
      let message = try #require(messages.first { $0.name == name })
      #expect(message.field.count == count, "\(name): extend docs/sealing.md")
    }
    #expect(CanonicalBatch.paymentFields.count == 12)
  }
}
