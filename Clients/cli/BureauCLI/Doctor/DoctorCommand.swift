package import ArgumentParser
internal import BureauAPI
internal import GRPCCore
internal import Foundation
internal import Primitives

/// Looks at everything a command needs, in the order in which it needs it.
package struct DoctorCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Find out why the server can't be reached or used.",
    discussion: "The exit code is 7 when the server is not reached, 1 when something else is amiss."
  )

  @OptionGroup package var globals: GlobalOptions

  package init() {}

  package func run() async throws {
    let surroundings = Surroundings.current
    var report = DoctorReport()
    let (name, context) = try Contexts.load(surroundings.configuration).find(globals.context)
    let endpoint = try Endpoint(server: context.server, authorityFile: context.ca)
    report.add("context", .ok, "\(name): \(context.server)")
    if report.check(
      "ca",
      { () throws(CLIError) in
        try CertificateAuthority.fingerprint(ofFile: context.ca)
      }),
      await checkTLS(endpoint, surroundings, &report)
    {
      let box = ReportBox(report)
      do {
        try await surroundings.connector.withWire(to: endpoint) { wire in
          var client = Client(
            surroundings: surroundings, globals: globals, contextName: name, context: context,
            wire: wire, token: try surroundings.token(for: name))
          // How it is now is what was asked.
          client.patience = Patience(.zero)
          var report = await box.report
          await checkServer(client, &report)
          await box.set(report)
        }
      } catch {
        await box.add("server", .failed, (error as? CLIError)?.message ?? "\(error)")
      }
      report = await box.report
    }
    surroundings.write(try globals.output == .json ? report.json() : report.table.text)
    if let ending = report.ending { throw ending }
  }

  private func checkTLS(
    _ endpoint: Endpoint, _ surroundings: Surroundings, _ report: inout DoctorReport
  ) async -> Bool {
    do {
      let found = try await surroundings.connector.probe(endpoint)
      report.add("tls", found.version == "1.3" ? .ok : .failed, "TLS \(found.version)")
      let days = surroundings.now().seconds(until: found.validUntil) / 86400
      report.add(
        "certificate", days < 0 ? .failed : days < 21 ? .warning : .ok,
        "valid until \(found.validUntil.rfc3339)")
      return true
    } catch {
      let words = ConnectionTrouble.words(error)
      report.add("tls", .failed, "\(endpoint.host):\(endpoint.port): \(words)")
      report.isUnreachable = true
      return false
    }
  }

  private func checkServer(_ client: Client, _ report: inout DoctorReport) async {
    do {
      let before = client.surroundings.now()
      let answer = try await client.answer(Grpc_Health_V1_Health.Method.Check.self, .init())
      let status = Show.state(answer.message.status)
      report.add("health", answer.message.status == .serving ? .ok : .failed, status)
      report.add(clock: answer.metadata, local: before)
    } catch {
      report.add("health", .failed, (error as? CLIError)?.message ?? "\(error)")
      report.isUnreachable = (error as? CLIError)?.ending == .unavailable
      return
    }
    guard let bureau = client.context.bureau else {
      report.add("bureau", .warning, "the context names none: bureau init, or context set --bureau")
      return
    }
    guard client.token != nil else {
      report.add("session", .warning, "not logged in: bureau login")
      return
    }
    do {
      let session = try await client.read(Identity.GetSession.self) {
        $0.name = "\(bureau)/sessions/-"
      }
      report.add(
        "session", .ok, "\(session.displayName), until \(Show.time(session.expireTime))")
      await checkHolds(client, bureau, &report)
    } catch {
      report.add("session", .failed, (error as? CLIError)?.message ?? "\(error)")
    }
  }
}

extension DoctorCommand {
  /// Whether transfers are held; only those who may see all holds are told.
  fileprivate func checkHolds(
    _ client: Client, _ bureau: String, _ report: inout DoctorReport
  ) async {
    let answer = try? await client.read(Transfers.ListTransferHolds.self) { $0.parent = bureau }
    guard let holds = answer?.transferHolds else { return }
    if holds.isEmpty {
      report.add("transfers", .ok, "none are held")
    } else {
      let isWhole = holds.contains(where: \.bureauWide)
      let more = answer?.nextPageToken.isEmpty == false ? "or more " : ""
      let places = "in \(holds.count) \(more)\(holds.count == 1 ? "company" : "companies")"
      report.add(
        "transfers", .warning,
        "held \(isWhole ? "in the whole bureau" : places) until they are reconciled:"
          + " bureau transfer hold list")
    }
  }
}

/// Carries a report into the closure that has the connection.
private actor ReportBox {
  private(set) var report: DoctorReport

  init(_ report: DoctorReport) { self.report = report }

  func set(_ report: DoctorReport) { self.report = report }

  func add(_ name: String, _ result: DoctorReport.Result, _ text: String) {
    report.add(name, result, text)
  }
}

/// What the doctor found.
struct DoctorReport: Sendable {
  enum Result: String, Codable, Sendable {
    case ok, warning, failed
  }

  struct Finding: Codable, Equatable, Sendable {
    let check: String
    let result: Result
    let text: String
  }

  private(set) var findings: [Finding] = []
  var isUnreachable = false

  mutating func add(_ check: String, _ result: Result, _ text: String) {
    findings.append(Finding(check: check, result: result, text: text))
  }

  /// Runs a check that gives a text or fails; whether it is well.
  mutating func check(_ name: String, _ body: () throws(CLIError) -> String) -> Bool {
    do {
      add(name, .ok, try body())
      return true
    } catch {
      add(name, .failed, error.message)
      return false
    }
  }

  /// Compares the clocks where the server tells its own in `bureau-time`. A sandbox's clock is
  /// turned at will, so a difference is worth knowing and no fault.
  mutating func add(clock metadata: Metadata, local: Instant) {
    guard let text = metadata[stringValues: "bureau-time"].first(where: { _ in true }),
      let server = Instant(rfc3339: text)
    else { return }
    let skew = local.seconds(until: server)
    add("clock", abs(skew) <= 5 ? .ok : .warning, "server \(text), \(skew) s from here")
  }

  var ending: Ending? {
    if isUnreachable { return .unavailable }
    return findings.contains { $0.result == .failed } ? .someFailed : nil
  }

  var table: Table {
    var table = Table([.left("CHECK"), .left("RESULT"), .left("WHAT WAS FOUND")])
    for finding in findings { table.add([finding.check, finding.result.rawValue, finding.text]) }
    return table
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(["checks": findings]), as: UTF8.self) + "\n"
  }
}
