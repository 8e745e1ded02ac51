import Foundation
import Testing

/// Clients/c against a real server: built with its own Makefile, run as its users run it.
@Suite(
  .enabled(
    if: Program.installed("protoc-c") != nil && Program.installed("make") != nil,
    "protoc-c or make is missing: see deploy/debian-packages"))
struct StatusClientTests {
  private let invoice = Program.root.appending(path: "Clients/demo/invoices/01-elbolaget-kid.xml")

  @Test func `the C client shows health, user and payments, and passes on refusals`() throws {
    try Sandbox.run { sandbox in
      let (company, token) = try sandbox.found()
      let build = try Program.run(
        Program.installed("make"),
        [
          "-s", "-j4", "-C", Program.root.appending(path: "Clients/c").path,
          "OUT=\(sandbox.folder.appending(path: "c").path)", "CFLAGS=-O0",
        ], in: sandbox.folder)
      try #require(build.status == 0, "\(build.notes.suffix(1000))")

      func status(
        _ company: String, token: URL = token, server: String? = nil, authority: String? = nil
      ) throws -> ProgramAnswer {
        try Program.run(
          sandbox.folder.appending(path: "c/bureau-status"), [company], in: sandbox.folder,
          environment: [
            "BUREAU_SERVER": server ?? sandbox.server, "BUREAU_CA": authority ?? sandbox.authority,
            "BUREAU_TOKEN_FILE": token.path,
          ])
      }

      // An empty company: health and the caller.
      let first = try status(company)
      #expect(first.status == 0, "\(first.notes)")
      #expect(first.notes.isEmpty)
      let opening = first.output.split(separator: "\n")
      #expect(opening.first == "server\tSERVING")
      #expect(opening.last?.hasSuffix("\tAccounting system") == true)

      // One payment, a line.
      let secret = try String(contentsOf: token, encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      try sandbox.bureau(
        ["invoice", "import", invoice.path, "--company", company],
        environment: ["BUREAU_TOKEN": secret])
      let listed = try status(company).output.split(separator: "\n").last?.split(separator: "\t")
      #expect(
        listed?.dropFirst(2) == [
          "PROPOSAL_COMPLETE", "715500 NOK", "2026-03-16", "Elbolaget AS",
        ])

      // Refusals: status and reason from the trailers.
      let elsewhere = try status(company.dropLast(32) + String(repeating: "1", count: 32))
      #expect(elsewhere.status == 4)
      #expect(
        elsewhere.notes.hasPrefix(
          "bureau.v1.PaymentService/ListPayments: PERMISSION_DENIED ACCESS_DENIED: "))
      let stranger = sandbox.folder.appending(path: "stranger")
      try Data("no-token-of-this-server".utf8).write(to: stranger)
      #expect(try status(company, token: stranger).status == 2, "others may read the file")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o600], ofItemAtPath: stranger.path)
      let unknown = try status(company, token: stranger)
      #expect(unknown.status == 4)
      #expect(unknown.notes.contains("UNAUTHENTICATED UNAUTHENTICATED: "))

      // Another authority's server, what is no address, no company's name.
      let other = sandbox.folder.appending(path: "home/sandbox-bankid/root.pem").path
      #expect(try status(company, authority: other).status == 7)
      #expect(try status(company, server: "user@localhost").status == 2)
      #expect(try status("bureaus/1").status == 2)
    }
  }
}
