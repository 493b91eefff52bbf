import com.segment.analytics.kotlin.core.Analytics;
import com.segment.analytics.kotlin.core.BaseEvent;
import com.segment.analytics.kotlin.core.Configuration;
import com.segment.analytics.kotlin.core.Telemetry;
import com.segment.analytics.kotlin.core.compat.ConfigurationBuilder;
import com.segment.analytics.kotlin.core.retry.HttpConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import kotlin.jvm.functions.Function1;
import kotlinx.serialization.json.Json;
import kotlinx.serialization.json.JsonArray;
import kotlinx.serialization.json.JsonElement;
import kotlinx.serialization.json.JsonObject;
import kotlinx.serialization.json.JsonPrimitive;

/**
 * Drives analytics-kotlin by a plan; what makes a client stands in Client.kt.
 *
 * <p>Other clients are made with the option "hosts", which names the two hosts and nothing else, and with "patient",
 * which has the library's newer way to retry. With "restarts" it is closed with what it keeps, and begins anew. It ends
 * when it keeps no batches any more, and with "hosts" says how many it keeps.
 */
public final class KotlinDriver {
    private static final long FLUSH_EVERY = 1000;

    private KotlinDriver() {}

    public static void main(String[] arguments) {
        int code = 1;
        try {
            drive(arguments[0]);
            code = 0;
        } catch (Exception failure) {
            failure.printStackTrace();
        }
        // Threads that the library leaves behind would keep the program.
        System.exit(code);
    }

    private static void drive(String path) throws Exception {
        JsonObject plan = object(Json.Default.parseToJsonElement(Files.readString(Path.of(path))));
        JsonObject options = object(plan.get("options"));
        Analytics analytics = client(plan, options);
        for (JsonElement call : (JsonArray) plan.get("calls")) {
            make(analytics, object(call));
        }
        ScheduledExecutorService timer = flushing(analytics);
        System.out.println("called");
        while (System.in.read() >= 0) {}
        if (options.containsKey("restarts")) {
            timer.shutdownNow();
            analytics.shutdown();
            analytics = ClientKt.newAnalytics();
            timer = flushing(analytics);
        }
        while (!options.containsKey("hosts") && !analytics.pendingUploads().isEmpty()) {
            Thread.sleep(FLUSH_EVERY / 10);
        }
        timer.shutdownNow();
        analytics.shutdown();
        System.err.println("keeps " + analytics.pendingUploads().size());
    }

    private static ScheduledExecutorService flushing(Analytics analytics) {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        timer.scheduleWithFixedDelay(analytics::flush, 0, FLUSH_EVERY, TimeUnit.MILLISECONDS);
        return timer;
    }

    private static Analytics client(JsonObject plan, JsonObject options) {
        if (!options.containsKey("hosts") && !options.containsKey("patient")) {
            return ClientKt.newAnalytics();
        }
        String apiHost = text(plan, "host").replace("https://", "") + "/v1";
        Configuration configuration =
                new ConfigurationBuilder(text(plan, "writeKey"))
                        .setApplication("server")
                        .setApiHost(apiHost)
                        .setCdnHost(apiHost.replaceFirst("^api", "cdn"))
                        .build();
        Telemetry.INSTANCE.setEnable(false);
        if (options.containsKey("patient")) {
            configuration.setHttpConfig(patient());
        }
        return new Analytics(configuration);
    }

    private static HttpConfig patient() {
        JsonElement enabled = Json.Default.parseToJsonElement(
                "{\"rateLimitConfig\":{\"enabled\":true},\"backoffConfig\":{\"enabled\":true}}");
        return Json.Default.decodeFromJsonElement(HttpConfig.Companion.serializer(), enabled);
    }

    private static void make(Analytics analytics, JsonObject call) {
        Function1<BaseEvent, BaseEvent> named = event -> {
            if (call.containsKey("messageId")) {
                event.setMessageId(text(call, "messageId"));
            }
            return event;
        };
        String type = text(call, "type");
        switch (type) {
            case "identify" -> analytics.identify(text(call, "userId"), object(call.get("traits")), named);
            case "track" -> analytics.track(text(call, "event"), object(call.get("properties")), named);
            case "screen" -> analytics.screen(text(call, "name"), object(call.get("properties")), "start", named);
            case "group" -> analytics.group(text(call, "groupId"), object(call.get("traits")), named);
            case "alias" -> analytics.alias(text(call, "userId"), named);
            default -> throw new IllegalArgumentException(type);
        }
    }

    private static JsonObject object(JsonElement element) {
        return (JsonObject) element;
    }

    private static String text(JsonObject object, String name) {
        return ((JsonPrimitive) object.get(name)).getContent();
    }
}
