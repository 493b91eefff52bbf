import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import com.segment.analytics.Analytics;
import com.segment.analytics.messages.AliasMessage;
import com.segment.analytics.messages.GroupMessage;
import com.segment.analytics.messages.IdentifyMessage;
import com.segment.analytics.messages.MessageBuilder;
import com.segment.analytics.messages.PageMessage;
import com.segment.analytics.messages.ScreenMessage;
import com.segment.analytics.messages.TrackMessage;
import java.lang.reflect.Field;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** Drives analytics-java by a plan; what makes a client stands in Tracking.java. */
public final class JavaDriver {
    private static final Gson GSON =
            new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

    private static final class Plan {
        Map<String, Object> options;
        List<Map<String, Object>> calls;
    }

    private JavaDriver() {}

    public static void main(String[] arguments) {
        try {
            drive(arguments[0]);
        } catch (Exception failure) {
            failure.printStackTrace();
            // Clients that are not closed would keep the program.
            System.exit(1);
        }
    }

    private static void drive(String path) throws Exception {
        Plan plan = GSON.fromJson(Files.readString(Path.of(path)), Plan.class);
        boolean oneEach = Boolean.TRUE.equals(plan.options.get("oneClientPerCall"));
        List<Analytics> clients = new ArrayList<>();
        for (Map<String, Object> call : plan.calls) {
            if (oneEach || clients.isEmpty()) {
                clients.add(client());
            }
            clients.get(clients.size() - 1).enqueue(message(call));
        }
        clients.forEach(Analytics::flush);
        System.out.println("called");
        while (System.in.read() >= 0) {}
        clients.forEach(Analytics::shutdown);
    }

    /** Loads the snippet anew, which makes one client for all of a program. */
    private static Analytics client() throws Exception {
        Path here = Path.of(JavaDriver.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        URL[] snippet = {here.resolveSibling("client").toUri().toURL()};
        Field client = new URLClassLoader(snippet).loadClass("Tracking").getDeclaredField("ANALYTICS");
        client.setAccessible(true);
        return (Analytics) client.get(null);
    }

    private static MessageBuilder<?, ?> message(Map<String, Object> call) {
        MessageBuilder<?, ?> message = addressed(call);
        call.forEach((name, value) -> {
            switch (name) {
                case "userId" -> message.userId((String) value);
                case "anonymousId" -> message.anonymousId((String) value);
                case "messageId" -> message.messageId((String) value);
                case "timestamp" -> message.timestamp(Date.from(Instant.parse((String) value)));
                case "context" -> message.context(map(value));
                case "integrations" -> map(value).forEach((of, said) -> integrate(message, of, said));
                default -> {}
            }
        });
        return message;
    }

    private static MessageBuilder<?, ?> addressed(Map<String, Object> call) {
        String type = (String) call.get("type");
        Map<String, Object> properties = map(call.getOrDefault("properties", Map.of()));
        Map<String, Object> traits = map(call.getOrDefault("traits", Map.of()));
        return switch (type) {
            case "identify" -> IdentifyMessage.builder().traits(traits);
            case "track" -> TrackMessage.builder((String) call.get("event")).properties(properties);
            case "page" -> PageMessage.builder((String) call.get("name"))
                    .properties(properties)
                    .category((String) call.get("category"));
            case "screen" -> ScreenMessage.builder((String) call.get("name")).properties(properties);
            case "group" -> GroupMessage.builder((String) call.get("groupId")).traits(traits);
            case "alias" -> AliasMessage.builder((String) call.get("previousId"));
            default -> throw new IllegalArgumentException(type);
        };
    }

    private static void integrate(MessageBuilder<?, ?> message, String name, Object said) {
        if (said instanceof Boolean enabled) {
            message.enableIntegration(name, enabled);
        } else {
            message.integrationOptions(name, map(said));
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
