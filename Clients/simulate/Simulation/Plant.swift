// Bugs that are planted to see that the simulation finds them. None of them is in the server: each
// stands between it and what it talks to, as a statement altered on its way to the engine, or a file
// on its way to or from a bank, and each stands for a line of code that could be wrong.

import Connectors
import Domain
import Engine
import Foundation
import Primitives
import TestKit

package enum Plant: String, CaseIterable, Sendable {
  /// Payments in doubt look like refused ones: they can be signed and sent once more.
  case inDoubtSentAgain = "in-doubt-sent-again"
  /// The payee's account is exchanged after the signature.
  case accountSwapped = "account-swapped"
  /// What an answer has done is forgotten: it does it again.
  case answerAppliedTwice = "answer-applied-twice"
  /// An answer is given to whoever owns the payment that it names, whosever bank sent it.
  case foreignAnswer = "foreign-answer"
  /// A server that was started anew sends what was sent before it died.
  case sentAgainAfterRestart = "sent-again-after-restart"
  /// A statement that is read twice makes a posted payment paid once more.
  case statementPostedTwice = "statement-posted-twice"
  /// A posted payment can be posted again.
  case postedTwice = "posted-twice"
  /// What the bank took for a payment is not posted.
  case feeForgotten = "fee-forgotten"
  /// A consent counts although it was revoked.
  case revokedConsentCounts = "revoked-consent-counts"
  /// Callers are told of a commit that never was.
  case commitForgotten = "commit-forgotten"
  /// A fact is stored with another hash than its own.
  case chainBroken = "chain-broken"
  /// A table is not changed although the journal says so.
  case projectionForgotten = "projection-forgotten"
  /// An account that nobody has confirmed passes for one that somebody has.
  case heldAccountPaid = "held-account-paid"
  /// A credit note looks open although it is set off.
  case creditNoteTwice = "credit-note-twice"
  /// Nothing looks like anything that is on its way.
  case duplicateSigned = "duplicate-signed"
  /// Salaries are found by whoever looks.
  case salarySeen = "salary-seen"

  /// The promises of which it must break one.
  package var promises: Set<String> {
    switch self {
    case .inDoubtSentAgain: ["in doubt"]
    case .accountSwapped: ["signed is sent"]
    case .answerAppliedTwice: ["applied once"]
    case .statementPostedTwice: ["applied once", "postings"]
    case .foreignAnswer: ["evidence"]
    case .sentAgainAfterRestart: ["once", "signed is sent"]
    case .postedTwice, .feeForgotten: ["postings"]
    case .revokedConsentCounts: ["right"]
    case .commitForgotten: ["acknowledged"]
    case .chainBroken: ["chain"]
    // A payment whose sending never ends has no booked amount: its voucher may show that first.
    case .projectionForgotten: ["tables", "postings"]
    case .heldAccountPaid: ["held"]
    case .creditNoteTwice: ["set off"]
    case .duplicateSigned: ["twice"]
    case .salarySeen: ["unseen"]
    }
  }

  /// - Parameter restarted: for a server that is not the first of its place.
  func alteration(restarted: Bool) -> Alteration? {
    switch self {
    case .inDoubtSentAgain: Self.paymentState("inDoubt", looksLike: "error")
    case .answerAppliedTwice: Self.forgetting("paid")
    case .statementPostedTwice: Self.forgetting("posted")
    case .postedTwice: Self.paymentState("posted", looksLike: "paid")
    case .sentAgainAfterRestart: restarted ? Self.sendingAgain : nil
    case .feeForgotten:
      Self.replacing("booked_fee\nFROM instruction", with: "CAST(NULL AS BIGINT) FROM instruction")
    case .revokedConsentCounts:
      Self.replacing("expire_time, revoke_time,", with: "expire_time, CAST(NULL AS BIGINT),")
    case .chainBroken:
      Alteration { sql in
        guard sql.says("INSERT INTO main.fact") else { return sql }
        return sql.altered(values: Self.everyThirtieth)
      }
    case .projectionForgotten:
      Alteration { sql in
        guard sql.says("UPDATE main.instruction SET state") else { return sql }
        return sql.altered(text: {
          $0.replacing("WHERE bureau = ", with: "WHERE 1 = 0 AND bureau = ")
        })
      }
    case .heldAccountPaid:
      Self.replacing(
        "SELECT id, supplier_key, account_form, account_text, state,",
        with: "SELECT id, supplier_key, account_form, account_text, "
          + "CASE WHEN state = 'held' THEN 'confirmed' ELSE state END,")
    case .creditNoteTwice:
      Self.replacing(
        "source_digest, create_time, payment",
        with: "source_digest, create_time, NULLIF(payment, payment)")
    case .duplicateSigned: Self.replacing("AND debt_minor = ", with: "AND 1 = 0 AND debt_minor = ")
    case .salarySeen:
      Alteration { sql in
        sql.altered(text: { $0 == "salary_batch" ? "NULLIF(salary_batch, salary_batch)" : $0 })
      }
    case .accountSwapped, .foreignAnswer, .commitForgotten: nil
    }
  }

  var forgetsCommits: Bool { self == .commitForgotten }

  func channel(_ town: Town) -> ChannelBug? {
    switch self {
    case .accountSwapped:
      let stranger = Numbers.norwegianAccount(77)
      let payees = (30..<36).map(Numbers.norwegianAccount)
      return ChannelBug(leaving: { content in
        var text = String(decoding: content, as: UTF8.self)
        for payee in payees { text = text.replacing(payee, with: stranger) }
        return Array(text.utf8)
      })
    case .foreignAnswer:
      let folders = town.folders
      let companies = town.companies
      return ChannelBug(reader: { file, content in
        let text = String(decoding: content, as: UTF8.self)
        guard let named = text.firstMatch(of: /[0-9a-f]{32}-[0-9]+/).map({ String($0.output) })
        else { return file.connection }
        let owner = companies.map { $0.connection(file.connection.bank) }.first { connection in
          let sent = (try? folders.sent(to: connection)) ?? []
          return sent.contains { id in
            let bytes = (try? folders.sentFile(id, to: connection, limit: 1 << 20)) ?? nil
            return String(decoding: bytes ?? [], as: UTF8.self).contains(named)
          }
        }
        return owner ?? file.connection
      })
    default: return nil
    }
  }

  // MARK: Alterations

  private static func replacing(_ old: String, with new: String) -> Alteration {
    Alteration { sql in
      sql.says(old) ? sql.altered(text: { $0.replacing(old, with: new) }) : sql
    }
  }

  /// Whoever reads a payment reads another state.
  private static func paymentState(_ state: String, looksLike other: String) -> Alteration {
    let seen = "CASE WHEN state = '\(state)' THEN '\(other)' ELSE state END"
    return Alteration { sql in
      guard sql.says("FROM payment") else { return sql }
      return sql.altered(text: {
        $0.replacing("SELECT id, state, invoice_number", with: "SELECT id, \(seen), invoice_number")
          .replacing("SELECT state, salary_batch", with: "SELECT \(seen), salary_batch")
      })
    }
  }

  /// No file was ever read, and what it did looks undone.
  private static func forgetting(_ state: String) -> Alteration {
    let payment = paymentState(state, looksLike: "processing")
    return Alteration { sql in
      if sql.says("INSERT INTO main.return_file") {
        return sql.altered(values: { values in
          var values = values
          // The id in the place of the file's digest, which is never found again.
          if values.count > 5 { values[5] = values[2] }
          return values
        })
      }
      if sql.says("SELECT number, state, transfer, booked_minor") {
        return sql.altered(text: {
          $0.replacing(
            "number, state,",
            with: "number, CASE WHEN state = 'executed' AND payment IN "
              + "(SELECT id FROM payment WHERE state = '\(state)') "
              + "THEN 'accepted' ELSE state END,")
        })
      }
      return payment.change(sql)
    }
  }

  /// What is on its way looks as if it were still to be sent.
  private static let sendingAgain: Alteration = {
    let seen = paymentState("processing", looksLike: "signed")
    return Alteration { sql in
      guard sql.says("FROM payment"), sql.values.contains(.text("signed")) else { return sql }
      return seen.change(sql).altered(text: {
        $0.replacing("AND state = ", with: "AND state IN ('signed', 'processing') AND '' <> ")
      })
    }
  }()

  private static func everyThirtieth(_ values: [SQLValue]) -> [SQLValue] {
    values.enumerated().map { index, value in
      guard index == values.count - 1, case .blob(var bytes) = value, bytes.count == 32,
        bytes[0] < 9
      else { return value }
      bytes[31] ^= 1
      return .blob(bytes)
    }
  }
}
