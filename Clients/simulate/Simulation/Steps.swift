// What can happen: one step is one throw of the dice. A step is its number and nothing else; what it
// does follows from seed, number, and how things stand.

import Primitives
import TestKit

/// What kind of thing a step is, with how often it comes.
enum StepKind: String, CaseIterable, Sendable {
  case importInvoice, importAgain, change, acknowledge, sign, collect, delete, restore, post, check
  case postInvoice, automatic
  case turn, work, bankWorks
  case bankHabit, bankSpeaks, bankLies, answerIsLost, orderIsLost
  case kill, restart, stall, unstall, askAgain
  case roles, consents
  case keepCopy, putBack, release
  case ledger, setOff, twin, dismiss, confirm, salaries, bulk, search

  var weight: Int {
    switch self {
    case .importInvoice: 130
    case .importAgain: 15
    case .change: 50
    case .acknowledge: 40
    case .sign: 150
    case .collect: 30
    case .delete: 15
    case .restore: 15
    case .post: 90
    case .check: 60
    case .postInvoice: 15
    case .automatic: 8
    case .turn: 190
    case .work: 120
    case .bankWorks: 60
    case .bankHabit: 45
    case .bankSpeaks: 20
    case .bankLies: 90
    case .answerIsLost: 15
    case .orderIsLost: 10
    case .kill: 40
    case .restart: 20
    case .stall: 15
    case .unstall: 15
    case .askAgain: 30
    case .roles: 15
    case .consents: 10
    case .keepCopy: 6
    case .putBack: 3
    case .release: 30
    case .ledger: 40
    case .setOff: 60
    case .twin: 15
    case .dismiss: 12
    case .confirm: 70
    case .salaries: 15
    case .bulk: 30
    case .search: 20
    }
  }

  static func pick(_ chance: inout Chance) -> StepKind {
    var left = chance.below(allCases.reduce(0) { $0 + $1.weight })
    for kind in allCases {
      left -= kind.weight
      if left < 0 { return kind }
    }
    return .turn
  }
}

extension Town {
  /// Carries out one step and says what was done.
  func take(_ number: Int) async throws {
    chance.turn(to: number, seed: seed)
    var dice = Chance(seed: seed, step: number, use: 2)
    let kind = StepKind.pick(&dice)
    let said = try await take(kind, number, &dice)
    tale.append("\(number) \(clock.now.rfc3339) \(kind.rawValue): \(said)")
  }

  private func take(_ kind: StepKind, _ number: Int, _ dice: inout Chance) async throws -> String {
    switch kind {
    case .importInvoice: try await importInvoice(number, &dice)
    case .importAgain: try await importAgain(number, &dice)
    case .change: try await change(number, &dice)
    case .acknowledge: try await acknowledge(number, &dice)
    case .sign: try await sign(number, &dice)
    case .collect: try await collectOne(&dice)
    case .delete: try await delete(number, &dice)
    case .restore: try await restore(number, &dice)
    case .post: try await post(number, &dice)
    case .check: try await recordCheck(number, &dice)
    case .postInvoice: try await postInvoice(number, &dice)
    case .automatic: try await setPosting(number, &dice)
    case .turn: try await turn(&dice)
    case .work: try await work(&dice)
    case .bankWorks: try bankWorks()
    case .bankHabit: try bankHabit(&dice)
    case .bankSpeaks: try bankSpeaks(&dice)
    case .bankLies: try bankLies(number, &dice)
    case .answerIsLost: try answerIsLost(&dice)
    case .orderIsLost: try orderIsLost(&dice)
    case .kill: kill(&dice)
    case .restart: try restartOne(&dice)
    case .stall: stall(&dice)
    case .unstall: try unstall()
    case .askAgain: try await askAgain(&dice)
    case .roles: try await changeRole(number, &dice)
    case .consents: try await changeConsent(number, &dice)
    case .keepCopy: try await copyDatabase()
    case .putBack: try await putCopyBack()
    case .release: try await release(number, &dice)
    case .ledger: try await importLedger(number, &dice)
    case .setOff: try await setOff(number, &dice)
    case .twin: try await importTwin(number, &dice)
    case .dismiss: try await dismiss(number, &dice)
    case .confirm: try await confirm(number, &dice)
    case .salaries: try await importSalaries(number, &dice)
    case .bulk: try await bulk(number, &dice)
    case .search: try await search(&dice)
    }
  }
}
