package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Policies
import Primitives
import Storage
import SwiftProtobuf

// A company's settings › bank signing, and what of both conditions is missing.

extension PhoneService {
  package func updateBankSigning(
    request: Bureau_V1_UpdateBankSigningRequest, context: ServerContext
  ) async throws -> Bureau_V1_BankSigning {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let wanted = request.bankSigning
    let (bureau, user) = try ResourceName.parseBureauChild(
      wanted.user, "users", as: User.self, field: "bank_signing.user")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: user) { context in
      guard bureau == place.bureau,
        let found = try TenancyTables.user(user, of: bureau, in: context.transaction)
      else { throw TenancyError.userNotFound }
      guard found.kind == .person else { throw PhoneError.userNotPerson }
      let number = wanted.number.isEmpty ? nil : try PhoneRules.number(wanted.number)
      return [.bankSigningSet(BankSigningSet(user: user, number: number))]
    } answer: { user, context in
      let number = try PhoneTables.bankSigning(of: user, at: place, in: context.transaction)
      return Bureau_V1_BankSigning(user, number, of: place.bureau)
    }
  }

  package func listBankSignings(
    request: Bureau_V1_ListBankSigningsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListBankSigningsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<User>(size: request.pageSize, token: request.pageToken)
    let moment = try request.moment(now: commands.sources.now())
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try PhoneTables.bankSignings(of: place, after: page.after, limit: page.limit, in: $0) }
    let (items, next) = page.cut(found, id: \.user)
    return .with {
      $0.bankSignings = items.map { Bureau_V1_BankSigning($0.user, $0.number, of: place.bureau) }
      $0.nextPageToken = next
    }
  }

  package func checkSmsSigning(
    request: Bureau_V1_CheckSmsSigningRequest, context: ServerContext
  ) async throws -> Bureau_V1_SmsSigningCheck {
    let place = try ResourceName.parseCompany(request.name)
    let caller = try context.caller
    let missing = try await commands.read(context.method, by: caller, at: place) { tx in
      let missing: [any Refusal] = try PhoneTables.missingForSMS(
        of: caller.user, at: place, in: tx)
      let policy = try PolicyTables.inForce(at: place, in: tx).policy
      return missing + (policy.smsMaySign ? [] : [PolicyError.smsSigning])
    }
    return .with {
      $0.canSign = missing.isEmpty
      $0.missing = missing.map { error in
        .with {
          $0.reason = error.reason
          $0.message = error.message
        }
      }
    }
  }
}

extension Bureau_V1_BankSigning {
  init(_ user: ID<User>, _ number: PhoneNumber?, of bureau: ID<Bureau>) {
    self.init()
    self.user = ResourceName.child("users", user, of: bureau)
    self.number = number?.text ?? ""
  }
}
