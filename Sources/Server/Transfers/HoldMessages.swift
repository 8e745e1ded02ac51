import BureauAPI
import Domain
import Engine
import Primitives
import Storage

extension ResourceName {
  /// `bureaus/{bureau}/companies/{company}/transferHold`; the bureau's own has its id twice.
  static func hold(_ place: Place) -> String { "\(company(place))/transferHold" }

  static func parseHold(_ text: String) throws(NameError) -> Place {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.last == "transferHold", parts.count == 5,
      let place = try? parseCompany(parts.dropLast().joined(separator: "/"))
    else {
      throw .malformed(
        field: "name", pattern: "bureaus/{bureau}/companies/{company}/transferHold")
    }
    return place
  }
}

extension Bureau_V1_TransferHold {
  /// As it stands: the company's own hold, and what of the bureau's concerns it.
  init(of place: Place, in tx: any Transaction) throws {
    self.init()
    let bureau = Place(bureau: place.bureau)
    let hold = try HoldTables.hold(of: place, in: tx)
    let wide = place.isBureau ? hold : try HoldTables.hold(of: bureau, evidenceOnly: true, in: tx)
    name = ResourceName.hold(place)
    bureauWide = wide.holdTime != nil
    held = bureauWide || hold.holdTime != nil
    if let time = wide.holdTime ?? hold.holdTime { holdTime = time.timestamp }
    evidence = (place.isBureau ? [] : wide.evidence.map(\.text)) + hold.evidence.map(\.text)
    unknownPayments = try HoldTables.unknownPayments(listedFor: place, in: tx).map {
      Bureau_V1_UnknownPayment($0.payment, of: Place(bureau: place.bureau, company: $0.company))
    }
    digest = hold.digest.hexText
  }
}

extension Bureau_V1_UnknownPayment {
  init(_ payment: UnknownPayment, of place: Place) {
    self.init()
    endToEndID = payment.endToEndID
    finding =
      switch payment.finding {
      case .sent: .sent
      case .executed: .executed
      }
    bank = payment.bank
    messageID = payment.messageID ?? ""
    creditorName = payment.creditorName
    if let account = payment.creditorAccount {
      creditorAccount = Bureau_V1_AccountNumber(account)
    }
    if let amount = payment.amount { self.amount = Bureau_V1_Money(amount) }
    reference = payment.reference ?? ""
    date = payment.date?.iso ?? ""
    company = ResourceName.company(place)
  }
}
