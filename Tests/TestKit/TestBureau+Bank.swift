import Domain
package import Foundation
import Primitives
package import Sandbox
import Storage

// The bank's side: its folders, its habits, its answers.

extension TestBureau {
  private func key(_ company: TestCompany, _ bank: String) -> String {
    "\(company.place.bureau.hex)/\(company.place.company.hex)/\(bank)"
  }

  /// What the bank does wrong when the next message of the company comes.
  package func bankWill(
    _ faults: BankFault..., for company: TestCompany? = nil, at bank: String = "dnb"
  ) throws {
    try world.bank.setFaults(faults, for: key(company ?? self.company, bank))
  }

  /// Makes the bank answer a message that it was silent about.
  package func bankSpeaks(about messageID: String) throws {
    try world.bank.speak(connection: key(company, "dnb"), messageID: messageID)
    _ = try world.bank.tick(now: world.clock.now)
  }

  /// The files in one of a connection's folders: `to-bank`, `to-bank/done`, `from-bank`…
  package func files(_ folder: String, of company: TestCompany? = nil) throws -> [URL] {
    let place = try world.channel.folder(of: (company ?? self.company).connection())
      .appending(path: folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    return names.filter { $0.hasSuffix(".xml") }.sorted().map { place.appending(path: $0) }
  }

  /// Leaves a file with the company as its bank would, and lets the server read it.
  package func bankLeaves(
    _ content: Data, named name: String, with company: TestCompany? = nil
  ) async throws {
    let folder = try world.channel.folder(of: (company ?? self.company).connection())
    try content.write(to: folder.appending(path: "from-bank/\(name)"))
    try await settle()
  }
}

extension TestBureau {
  /// The bank executes the company's next message and never answers it.
  package func bankIsSilent() throws { try bankWill(BankFault(.silent)) }
}

extension TestBureau {
  /// Leaves a trace of a file that the database does not know, as an older copy of it would find:
  /// one payment of an amount, made from a file that the company has sent.
  package func bankHasUnknownFile(_ mark: UInt8 = 0xE0) async throws -> String {
    let sent = try files("sent")
    guard let file = sent.first else { throw TestFault("the company has sent nothing yet") }
    let id = String(file.lastPathComponent.dropFirst(8).prefix(32))
    let message = String(repeating: String(mark, radix: 16), count: 16)
    let payment = String(repeating: String(mark &+ 1, radix: 16), count: 16)
    var text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    text = text.replacing(id, with: message)
    let part = text.matches(of: /<EndToEndId>([0-9a-f]{32})-1</).first.map { String($0.output.1) }
    guard let part else { throw TestFault("the file names no payment") }
    text = text.replacing(part, with: payment)
    try Data(text.utf8).write(
      to: file.deletingLastPathComponent().appending(path: "pain001-\(message).xml"))
    return "\(payment)-1"
  }
}
