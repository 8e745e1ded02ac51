import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import Sealing
import SwiftProtobuf
import Testing

@Suite struct SigningKeyCommandTests {
  private func rig() throws -> CommandRig {
    let rig = try CommandRig()
    try rig.contextInUse()
    rig.wire.on(SigningKeys.CreateSigningKey.self) { request in
      .with {
        $0.name = "\(CommandRig.company)/signingKeys/1"
        $0.publicKey = request.signingKey.publicKey
        $0.state = .current
      }
    }
    return rig
  }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require((attributes[.posixPermissions] as? NSNumber)?.intValue)
  }

  @Test func `a key is made here: the server gets its public part and a proof`() async throws {
    let rig = try rig(), file = rig.path("key.pem")
    #expect(await rig.run("key", "create", "--private-key-file", file) == 0)
    #expect(try mode(file) == 0o600)
    let pem = try String(contentsOfFile: file, encoding: .utf8)
    let secret = try SealingSecret(pem: pem)
    let request = try #require(rig.wire.requests(of: SigningKeys.CreateSigningKey.self).first)
    #expect(request.signingKey.publicKey == Data(secret.publicKey.bytes))
    #expect(
      secret.publicKey.hasSigned(
        secret.publicKey.proofBytes(company: CommandRig.company),
        with: Array(request.signingKey.proof)))
    let body = String(pem.split(separator: "\n")[1])
    #expect(!rig.output.contains(body) && !rig.notes.joined().contains(body))
    // A repeat, after an answer that was lost, sends the same key.
    #expect(await rig.run("key", "create", "--private-key-file", file) == 0)
    let again = rig.wire.requests(of: SigningKeys.CreateSigningKey.self)
    #expect(again.count == 2 && again[0].signingKey == again[1].signingKey)
  }

  @Test func `a dry run makes no file`() async throws {
    let rig = try rig(), file = rig.path("key.pem")
    #expect(await rig.run("key", "create", "--private-key-file", file, "--dry-run") == 0)
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  @Test func `the server's key goes into the file and nowhere else`() async throws {
    let rig = try rig(), file = rig.path("key.pem")
    let pem = try SealingSecret(seed: [UInt8](repeating: 7, count: 32)).pem
    rig.wire.on(SigningKeys.CreateSigningKey.self) { _ in .with { $0.privateKeyPem = pem } }
    let code = await rig.run(
      "key", "create", "--by-server", "--private-key-file", file, "-o", "json")
    #expect(code == 0)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == pem)
    #expect(try mode(file) == 0o600)
    #expect(!rig.output.contains("PRIVATE"))
    // Not over a file that is there.
    #expect(await rig.run("key", "create", "--by-server", "--private-key-file", file) == 2)
    // A repeat of the request cannot show it again, and says so.
    rig.wire.on(SigningKeys.CreateSigningKey.self) { _ in .with { $0.fingerprint = "f00" } }
    let other = rig.path("other.pem")
    let repeated = await rig.run(
      "key", "create", "--by-server", "--private-key-file", other, "--request-id", "once")
    #expect(repeated == 3)
    #expect(rig.notes.joined().contains("PRIVATE_KEY_SHOWN"))
    #expect(!FileManager.default.fileExists(atPath: other))
  }

  @Test func `rotating names the current key and the overlap`() async throws {
    let rig = try rig(), file = rig.path("new.pem")
    rig.wire.on(SigningKeys.ListSigningKeys.self) { _ in
      .with {
        $0.signingKeys = [
          .with {
            $0.name = "k/1"
            $0.state = .superseded
          },
          .with {
            $0.name = "k/2"
            $0.state = .current
            $0.publicKeyPem = "PEM\n"
          },
        ]
      }
    }
    rig.wire.on(SigningKeys.RotateSigningKey.self) { _ in .init() }
    let code = await rig.run("key", "rotate", "--private-key-file", file, "--overlap", "2h")
    #expect(code == 0)
    let request = try #require(rig.wire.requests(of: SigningKeys.RotateSigningKey.self).first)
    #expect(request.name == "k/2" && request.overlap.seconds == 7_200)
    #expect(request.signingKey.publicKey.count == 32)
    #expect(await rig.run("key", "show", "--pem") == 0)
    #expect(rig.output == "PEM\n")
  }

  @Test func `a private key's file that others may read is refused`() async throws {
    let rig = try rig()
    try rig.write("key.pem", try SealingSecret(seed: [UInt8](repeating: 7, count: 32)).pem)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: rig.path("key.pem"))
    #expect(await rig.run("key", "create", "--private-key-file", rig.path("key.pem")) == 2)
    #expect(rig.notes.joined().contains("KEY_FILE_NOT_PRIVATE"))
  }

  // MARK: Batches

  private static let head =
    "invoice_number,creditor_name,account_form,account,amount_minor,currency,reference_type,reference,due_date\n"

  private func submitRig() throws -> CommandRig {
    let rig = try rig()
    try rig.write("key.pem", try SealingSecret(seed: [UInt8](repeating: 7, count: 32)).pem)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: rig.path("key.pem"))
    rig.wire.on(Submissions.SubmitBatch.self) { request in
      .with {
        $0.results = request.batch.items.enumerated().map { index, item in
          .with {
            $0.number = Int32(index + 1)
            if item.payment.invoiceNumber == "bad" {
              $0.error = .with { $0.code = 9 }
            } else {
              $0.payment.state = .proposalComplete
            }
          }
        }
      }
    }
    return rig
  }

  @Test func `a file of payments is one batch, sealed over these very values`() async throws {
    let rig = try submitRig()
    try rig.write(
      "pay.csv",
      Self.head + #"1,"Blåbær ""&"" Sønn, AS",no-bban,86011117947,1250,NOK,kid,123,2026-03-16"#
        + "\n2,Kontor,,,50,NOK,,,\n3,Lumi,iban,FI1,7,EUR,rf,RF1,2026-03-17\n")
    let code = await rig.run(
      "payment", "submit", rig.path("pay.csv"), "--private-key-file", rig.path("key.pem"))
    #expect(code == 0)
    let request = try #require(rig.wire.requests(of: Submissions.SubmitBatch.self).first)
    #expect(request.batch.itemCount == 3)
    #expect(request.batch.totals.map(\.minorUnits) == [7, 1300])
    let first = request.batch.items[0].payment
    #expect(first.creditor.displayName == "Blåbær \"&\" Sønn, AS")
    #expect(first.creditorAccount.form == .noBban && first.reference.type == .kid)
    let key = try SealingSecret(seed: [UInt8](repeating: 7, count: 32)).publicKey
    #expect(request.seal.keyFingerprint == key.fingerprint)
    let bytes = request.batch.canonical(
      company: CommandRig.company, keyFingerprint: key.fingerprint
    ).bytes
    #expect(key.hasSigned(bytes, with: Array(request.seal.signature)))
    // The same file is the same batch.
    _ = await rig.run("payment", "submit", rig.path("pay.csv"))
    let both = rig.wire.requests(of: Submissions.SubmitBatch.self)
    #expect(both[0].batch.batchID == both[1].batch.batchID)
    #expect(!both[1].hasSeal)
  }

  @Test func `each payment's end is told, and one that failed ends the command with 1`()
    async throws
  {
    let rig = try submitRig()
    try rig.write(
      "pay.jsonl",
      #"{"invoiceNumber":"bad","amount":{"minorUnits":"5","currencyCode":"NOK"}}"# + "\n\n"
        + #"{"invoiceNumber":"good","amount":{"minorUnits":"5","currencyCode":"NOK"}}"# + "\n")
    #expect(await rig.run("payment", "submit", rig.path("pay.jsonl")) == 1)
    #expect(rig.output.contains("PROPOSAL_COMPLETE"))
    #expect(rig.notes.joined().contains("bad"))
  }

  @Test(arguments: [
    ("a,b\n", ":1: there is no column \"a\""), ("bic,bic\n", ":1: a column stands twice"),
    ("amount_minor,bic\n1,2,3\n", ":2: 3 values"), ("amount_minor\n1.50\n", ":2: amount_minor"),
    ("amount_minor,bic\n1,\"a\n", ":2: the line's quotes"),
    ("amount_minor,account_form\n1,giro\n", ":2: account_form"),
    ("{\"x\":1}\n", ":1: no payment in JSON"),
  ])
  func `a faulty file is refused with its line, before anything is sent`(
    text: String, what: String
  ) async throws {
    let rig = try submitRig()
    try rig.write("pay", text)
    #expect(await rig.run("payment", "submit", rig.path("pay")) == 6)
    #expect(rig.notes.joined().contains(what), "\(rig.notes)")
    #expect(rig.wire.requests(of: Submissions.SubmitBatch.self).isEmpty)
  }
}
