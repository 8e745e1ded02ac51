// The partner that approves agreements, by folder: what a gateway program takes to it and brings.
//
//     <root>/requests/<agreement>.json   we write once: what the agreement declares
//     <root>/answers/<agreement>.json    the partner writes, and may write anew:
//                                        {"state": "pending | approved | rejected",
//                                         "reasons": ["politically_exposed", …], "text": "…"}

package import Domain
package import Foundation
import Primitives

package struct FolderReviewPartner: ReviewPartner {
  private let root: URL

  package init(root: URL) { self.root = root }

  private struct Request: Encodable {
    struct Person: Encodable {
      var role: String
      var name: String
    }
    var agreement: String
    var kind: String
    var bank: String
    var company: String
    var organisation_number: String
    var country: String
    var sign_time: String
    var politically_exposed: Bool
    var countries: [String]
    var financing: [String]
    var industry: String
    var persons: [Person]

    init(_ asked: ReviewCase) {
      agreement = asked.agreement.hex
      kind = asked.kind.rawValue
      bank = asked.bank
      company = asked.companyName
      organisation_number = asked.organisationNumber.digits
      country = asked.organisationNumber.country.code
      sign_time = asked.signTime.rfc3339
      politically_exposed = asked.declarations.politicallyExposed
      countries = asked.declarations.countries.map(\.code)
      financing = asked.declarations.financing.map(\.rawValue).sorted()
      industry = asked.declarations.industry
      persons = asked.declarations.persons.map {
        Person(role: $0.role.rawValue, name: $0.displayName)
      }
    }
  }

  private struct Answer: Decodable {
    var state: String
    var reasons: [String]?
    var text: String?
  }

  /// Bytes of an answer.
  private static let limit = 1 << 16

  package func answer(_ asked: ReviewCase) async throws(ReviewPartnerError) -> ReviewAnswer {
    let request = root.appending(path: "requests/\(asked.agreement.hex).json")
    let answer = root.appending(path: "answers/\(asked.agreement.hex).json")
    do {
      if !FileManager.default.fileExists(atPath: request.path) {
        for folder in ["requests", "answers"] {
          try FileManager.default.createDirectory(
            at: root.appending(path: folder), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(Request(asked)).write(to: request, options: .atomic)
      }
    } catch { throw ReviewPartnerError("the request for a review cannot be written") }
    guard FileManager.default.fileExists(atPath: answer.path) else { return .unanswered }
    guard let handle = try? FileHandle(forReadingFrom: answer) else {
      throw ReviewPartnerError("the partner's answer cannot be read")
    }
    defer { try? handle.close() }
    guard let data = try? handle.read(upToCount: Self.limit + 1), data.count <= Self.limit,
      let word = try? JSONDecoder().decode(Answer.self, from: data)
    else { throw ReviewPartnerError("the partner's answer is no answer") }
    switch word.state {
    case "approved": return .approved
    case "rejected": return .rejected(word.text ?? "")
    case "pending":
      let reasons = (word.reasons ?? []).filter { !$0.isEmpty }
      return .pending(
        reasons.isEmpty ? [.other("not stated")] : reasons.map { ReviewReason(code: $0) })
    default: throw ReviewPartnerError("the partner's answer has an unknown state")
    }
  }
}
