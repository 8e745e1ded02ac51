internal import BureauAPI
internal import GRPCCore
internal import Synchronization

/// Imports many files on one stream. When it breaks, those without a result are sent again: a
/// request id is kept from try to try, so that nothing is done twice.
struct InvoiceStream: Sendable {
  let client: Client
  let files: [String]
  /// What is asked for one file; throws where it can't be read.
  let request: @Sendable (_ file: String) throws(CLIError) -> Bureau_V1_ImportInvoiceRequest

  typealias Outcome = Result<Bureau_V1_Payment, CLIError>

  /// One outcome for each file, in order.
  func run() async throws -> [Outcome] {
    let desk = Desk(Progress(total: files.count, client.surroundings))
    var left = Array(files.indices), patience = client.patience
    while true {
      let broken = try await round(left, desk)
      let before = left.count
      left = desk.left(of: left)
      if left.isEmpty { break }
      if left.count < before { patience = client.patience }
      let reason = broken ?? desk.passing ?? RPCError(code: .unavailable, message: "no result")
      guard let pause = patience.pause(after: reason) else {
        desk.giveUp(
          left, reason.code == .unavailable ? client.away(CLIError(reason)) : CLIError(reason))
        break
      }
      desk.interrupt()
      client.surroundings.note(
        "the server is unavailable or has too much to do; trying again with \(left.count) of"
          + " \(files.count) in \(pause.short)")
      try await client.surroundings.sleep(pause)
    }
    return files.indices.map(desk.outcome)
  }

  /// One stream with the files that are left; returns why it broke.
  private func round(_ left: [Int], _ desk: Desk) async throws -> RPCError? {
    do {
      try await client.exchange(Payments.ImportInvoices.self) { write in
        for file in left {
          let made: Bureau_V1_ImportInvoiceRequest
          do throws(CLIError) { made = try request(files[file]) } catch {
            desk.settle([file], .failure(error))
            continue
          }
          if desk.ask(made.requestID, for: file) { try await write(made) }
        }
      } receive: { answer in
        desk.settle(answer)
      }
      return nil
    } catch let error as RPCError {
      return error
    }
  }

  /// Who waits for what, and what has come.
  private final class Desk: Sendable {
    private struct State {
      var outcomes: [Int: Outcome] = [:]
      /// Which files wait for the result of a request; several where they are the same.
      var asked: [String: [Int]] = [:]
      /// Why the server has put some off.
      var passing: RPCError?
      var progress: Progress
    }

    private let state: Mutex<State>

    init(_ progress: Progress) { state = Mutex(State(progress: progress)) }

    /// Notes who asks; false where another file of the same stream has asked the same.
    func ask(_ request: String, for file: Int) -> Bool {
      state.withLock { state in
        state.asked[request, default: []].append(file)
        return state.asked[request]?.count == 1
      }
    }

    func settle(_ answer: Bureau_V1_ImportInvoicesResponse) {
      let files = state.withLock { $0.asked.removeValue(forKey: answer.requestID) } ?? []
      switch answer.result {
      case .payment(let payment): settle(files, .success(payment))
      case .error(let status):
        let refusal = RPCError(status)
        // Without an outcome it is sent again.
        guard !Patience.isPassing(refusal) else {
          return state.withLock { $0.passing = refusal }
        }
        var error = CLIError(refusal)
        error.requestID = answer.requestID
        settle(files, .failure(error))
      case nil: break
      }
    }

    func settle(_ files: [Int], _ outcome: Outcome) {
      state.withLock { state in
        for file in files { state.outcomes[file] = outcome }
        let failed = if case .failure = outcome { true } else { false }
        state.progress.count(files.count, failed: failed)
      }
    }

    /// Why the server has put some off in this round.
    var passing: RPCError? { state.withLock(\.passing) }

    /// Those without an outcome.
    func left(of files: [Int]) -> [Int] {
      state.withLock { state in
        state.asked = [:]
        return files.filter { state.outcomes[$0] == nil }
      }
    }

    /// One tells why; the others that they have no result.
    func giveUp(_ files: [Int], _ failure: CLIError) {
      state.withLock { state in
        for (position, file) in files.enumerated() {
          state.outcomes[file] = .failure(position == 0 ? failure : Self.noResult)
        }
      }
    }

    func interrupt() { state.withLock { $0.progress.interrupt() } }

    func outcome(of file: Int) -> Outcome {
      state.withLock { $0.outcomes[file] } ?? .failure(Self.noResult)
    }

    private static let noResult = CLIError(
      .unavailable, "NO_RESULT", "no result came for this file; importing it again is safe")
  }
}

/// How far a long piece of work is, on one line of the terminal; nothing where there is none.
struct Progress: Sendable {
  private let total: Int
  private let surroundings: Surroundings
  private var done = 0
  private var failed = 0
  private var isDrawn = false
  private var drawn = 0

  init(total: Int, _ surroundings: Surroundings) {
    self.total = total
    self.surroundings = surroundings
  }

  mutating func count(_ number: Int, failed isFailure: Bool) {
    done += number
    failed += isFailure ? number : 0
    guard let width = surroundings.noteWidth else { return }
    // A hundred times at most, and at the end.
    guard done - drawn >= max(1, total / 100) || done >= total else { return }
    let share = total > 0 ? min(done, total) * 20 / total : 20
    let bar = String(repeating: "#", count: share) + String(repeating: ".", count: 20 - share)
    let line = "[\(bar)] \(done) of \(total)" + (failed > 0 ? ", \(failed) failed" : "")
    surroundings.note((isDrawn ? "\u{1B}[1A" : "") + "\r\u{1B}[2K" + line.prefix(max(1, width - 1)))
    isDrawn = true
    drawn = done
  }

  /// Something else is written: the line is drawn anew below it.
  mutating func interrupt() { isDrawn = false }
}
