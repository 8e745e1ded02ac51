import Domain
import Primitives

/// How an order that is over has ended, as one text: a resource name a line, and a line with
/// `! NAME KIND REASON FIELD MESSAGE` for what was refused; no field is `-`. Working state: nobody
/// else reads it.
struct OrderEnds: Equatable {
  var results: [String]
  var refusals: [OrderRefusal]

  init(results: [String], refusals: [OrderRefusal]) {
    self.results = results
    self.refusals = refusals
  }

  var text: String {
    let refused = refusals.map { item in
      let refusal = item.refusal
      return "! \(item.name) \(refusal.kind.rawValue) \(refusal.reason) \(refusal.field ?? "-") "
        + refusal.message.replacing("\n", with: " ")
    }
    return (results + refused).joined(separator: "\n")
  }

  init(_ text: String) throws {
    self.init(results: [], refusals: [])
    for line in text.split(separator: "\n") {
      guard line.hasPrefix("! ") else {
        results.append(String(line))
        continue
      }
      let parts = line.dropFirst(2).split(separator: " ", maxSplits: 4).map(String.init)
      guard parts.count == 5 else { throw UnreadableFact(what: "order") }
      refusals.append(
        OrderRefusal(
          name: parts[0],
          refusal: RecordedRefusal(
            kind: try parts[1].named(), reason: parts[2],
            field: parts[3] == "-" ? nil : parts[3], message: parts[4])))
    }
  }
}

extension [CompanyPayments] {
  /// 32 bytes a payment: its company, and its own id.
  var subjects: [UInt8] {
    flatMap { part in part.payments.flatMap { part.company.bytes + $0.bytes } }
  }

  init(subjects: [UInt8]) throws {
    self.init()
    for start in stride(from: 0, to: subjects.count, by: 32) {
      guard start + 32 <= subjects.count,
        let company = ID<Company>(bytes: subjects[start..<start + 16]),
        let payment = ID<Payment>(bytes: subjects[start + 16..<start + 32])
      else { throw UnreadableFact(what: "order") }
      if last?.company == company {
        self[count - 1].payments.append(payment)
      } else {
        append(CompanyPayments(company: company, payments: [payment]))
      }
    }
  }
}
