import Foundation
import Primitives

// What `bureau … -o json` answers, as far as the demo looks: protobuf's canonical JSON, in which
// values that are empty are left out and 64-bit numbers are texts.

struct Named: Decodable {
  let name: String
}

struct Terms: Decodable {
  let version: String
}

struct Licence: Decodable {
  let packages: [String]
}

struct Amount: Decodable, Equatable {
  let minorUnits: Int64
  let currencyCode: String

  enum CodingKeys: String, CodingKey { case minorUnits, currencyCode }

  init(minorUnits: Int64, currencyCode: String) {
    self.minorUnits = minorUnits
    self.currencyCode = currencyCode
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let text = try values.decodeIfPresent(String.self, forKey: .minorUnits) ?? "0"
    guard let number = Int64(text) else {
      throw DecodingError.dataCorruptedError(
        forKey: .minorUnits, in: values, debugDescription: "no number: \(text)")
    }
    minorUnits = number
    currencyCode = try values.decodeIfPresent(String.self, forKey: .currencyCode) ?? ""
  }
}

struct Payment: Decodable {
  struct Party: Decodable {
    let displayName: String?
  }
  struct Account: Decodable {
    let text: String?
  }
  struct Reference: Decodable {
    let type: String?
    let text: String?
  }
  struct Instruction: Decodable {
    let endToEndId: String?
  }
  struct Rejection: Decodable {
    let reasonCode: String?
    let text: String?
  }

  let name: String
  let state: String
  let creditor: Party?
  let creditorAccount: Account?
  let amount: Amount?
  let reference: Reference?
  let missingFields: [String]?
  let warnings: [String]?
  let overdue: Bool?
  let agreement: String?
  let executionDate: String?
  let transferTime: String?
  let instructions: [Instruction]?
  let rejection: Rejection?
  let voucher: String?
  let accountAsWritten: String?
  let referenceAsWritten: String?

  /// Of what was sent last.
  var endToEndID: String? { instructions?.last?.endToEndId }
  var transfer: Instant? { transferTime.flatMap { Instant(rfc3339: $0) } }
  /// Bound to move on by itself, with time.
  var isUnderWay: Bool { state == "SIGNED" || state == "PROCESSING" }
  var canBeSigned: Bool {
    ["PROPOSAL_COMPLETE", "PROPOSAL_OPEN_ITEMS", "ACKNOWLEDGED"].contains(state)
  }
}

struct PaymentList: Decodable {
  let payments: [Payment]?
}

/// What became of one of several items of a command: the answer or the refusal.
struct ItemAnswer: Decodable {
  var payment: Payment?
  var voucher: Voucher?
  var error: Refused?
}

struct SandboxMessages: Decodable {
  struct Message: Decodable {
    let agreement: String?
    let linkSecret: String?

    enum CodingKeys: String, CodingKey {
      case agreement
      case linkSecret = "link_secret"
    }
  }
  let messages: [Message]
}

struct SandboxClock: Decodable {
  let now: String
}

struct Voucher: Decodable {
  struct Line: Decodable {
    let ledgerAccount: String?
    let amount: Amount?
  }
  let name: String
  let number: String?
  let lines: [Line]?

  var isBalanced: Bool {
    let amounts = (lines ?? []).compactMap(\.amount)
    return amounts.count > 1 && amounts.map(\.minorUnits).reduce(0, +) == 0
      && Set(amounts.map(\.currencyCode)).count == 1
  }

  var told: String {
    let sides = (lines ?? []).map { line in
      let amount = line.amount ?? Amount(minorUnits: 0, currencyCode: "")
      let money = Words.money(abs(amount.minorUnits), amount.currencyCode)
      return "\(amount.minorUnits < 0 ? "credit" : "debit") \(line.ledgerAccount ?? "?") \(money)"
    }
    return "voucher \(number ?? "?"): \(sides.joined(separator: ", "))"
  }
}

struct Verification: Decodable {
  let integrity: Bool?
  let completeness: Bool?
  let findings: [String]?
  let companyCount: String?
  let factCount: String?
}

/// A line of the sandbox bank's own ledger.
struct Executed: Decodable {
  let endToEndID: String
  let amountMinor: Int64
  let currency: String
  let creditorAccount: String

  enum CodingKeys: String, CodingKey {
    case currency
    case endToEndID = "end_to_end_id"
    case amountMinor = "amount_minor"
    case creditorAccount = "creditor_account"
  }
}
